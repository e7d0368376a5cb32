// Replacing what the platform offers by something that asks first. A Proxy keeps name, length, prototype and the text
// "[native code]", and what the page adds to it.
type Native = (...args: unknown[]) => unknown
/** `target` is the platform's own function, `native` the same with `this` in place. */
export type Handler = (native: Native, self: unknown, args: unknown[], target: Native) => unknown

const wrapped = (target: Native, handler: Handler): Native => {
  const { length } = target
  return new Proxy(target, {
    // Too few arguments: the platform throws, and does nothing.
    apply: (_target, self, args: unknown[]) =>
      args.length < length
        ? Reflect.apply(target, self, args)
        : handler((...more) => Reflect.apply(target, self, more), self, args, target),
  })
}

/** Puts `handler` in front of a method. Nothing happens where the platform does not have it. */
export function method(owner: object | undefined, name: string, handler: Handler): void {
  const found = owner && Object.getOwnPropertyDescriptor(owner, name)
  if (typeof found?.value !== 'function') return
  Object.defineProperty(owner, name, { ...found, value: wrapped(found.value as Native, handler) })
}

/** Puts `set` in front of a property's setter and `get` in front of its getter, where given. */
export function property(owner: object | undefined, name: string, set?: Handler, get?: Handler): void {
  const found = owner && Object.getOwnPropertyDescriptor(owner, name)
  if (!found?.get) return
  Object.defineProperty(owner, name, {
    ...found,
    set: found.set && set ? wrapped(found.set, set) : found.set,
    get: get ? wrapped(found.get, get) : found.get,
  })
}

type Constructor = new (...args: unknown[]) => object

/** Puts `handler` in front of a constructor; `make` constructs natively, subclasses (`target`) included. */
export function constructor(
  name: string,
  handler: (make: (...args: unknown[]) => object, args: unknown[], target: Constructor) => object,
): void {
  const scope = globalThis as unknown as Record<string, Constructor | undefined>
  const native = scope[name]
  if (!native) return
  const prototype = native.prototype as object
  const proxy = new Proxy(native, {
    construct: (_target, args: unknown[], newTarget) =>
      handler((...more) => Reflect.construct(native, more, newTarget) as object, args, newTarget as Constructor),
  })
  Object.defineProperty(scope, name, { ...Object.getOwnPropertyDescriptor(scope, name), value: proxy })
  // Audio shares its prototype with HTMLAudioElement, whose it is.
  if (prototype.constructor === native) Object.defineProperty(prototype, 'constructor', { value: proxy })
}
