// Replacing what the platform offers by something that asks first. A Proxy keeps name, length, prototype and the text
// "[native code]", and what the page adds to it.
type Handler = (native: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) => unknown

const wrapped = (native: object, handler: Handler): object =>
  new Proxy(native, {
    apply: (target, self, args: unknown[]) =>
      handler((...more) => Reflect.apply(target as () => unknown, self, more), self, args),
  })

/** Puts `handler` in front of a method. Nothing happens where the platform does not have it. */
export function method(owner: object | undefined, name: string, handler: Handler): void {
  const found = owner && Object.getOwnPropertyDescriptor(owner, name)
  if (typeof found?.value !== 'function') return
  Object.defineProperty(owner, name, { ...found, value: wrapped(found.value as object, handler) })
}

/** Puts `set` in front of a property's setter, and `get`, where given, in front of its getter. */
export function property(owner: object | undefined, name: string, set: Handler, get?: Handler): void {
  const found = owner && Object.getOwnPropertyDescriptor(owner, name)
  if (!found?.set || !found.get) return
  Object.defineProperty(owner, name, {
    ...found,
    set: wrapped(found.set, set) as (value: unknown) => void,
    get: get ? (wrapped(found.get, get) as () => unknown) : found.get,
  })
}

/** Puts `instead` in front of a constructor: what it returns is constructed, undefined goes on. */
export function constructor(name: string, instead: (args: unknown[]) => object | undefined): void {
  const scope = globalThis as unknown as Record<string, { prototype: object } | undefined>
  const native = scope[name]
  if (!native) return
  const proxy = new Proxy(native, {
    construct: (target, args: unknown[], newTarget) =>
      instead(args) ?? (Reflect.construct(target as unknown as () => void, args, newTarget) as object),
  })
  Object.defineProperty(scope, name, { ...Object.getOwnPropertyDescriptor(scope, name), value: proxy })
  Object.defineProperty(native.prototype, 'constructor', {
    ...Object.getOwnPropertyDescriptor(native.prototype, 'constructor'),
    value: proxy,
  })
}
