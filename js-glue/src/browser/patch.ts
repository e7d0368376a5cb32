// Replacing what the platform offers by something that asks first. A Proxy keeps name, length, prototype and the text
// "[native code]", and what the page adds to it. Every realm is patched by the same code: `scope` is its global object.
import { KeptWeakMap, words } from '../wire/intact.js'

const { apply, construct } = Reflect
const { getOwnPropertyDescriptor, defineProperty } = Object

type Native = (...args: unknown[]) => unknown
/** `target` is the platform's own function, `native` the same with `this` in place. */
export type Handler = (native: Native, self: unknown, args: unknown[], target: Native) => unknown
/** A realm's global object, by the names of its interfaces. */
export type Scope = Record<string, ({ prototype: object } & object) | undefined>

export const prototypeIn = (scope: Scope, name: string): object | undefined => scope[name]?.prototype

/** The platform's own behind what a page sees of it. */
const own = new KeptWeakMap<object, object>()
/** A page that asks for a function's text gets the platform's: a Proxy has no name in its own. */
export const patchText = (_holds: unknown, scope: Scope): void => {
  method(prototypeIn(scope, 'Function'), 'toString', (_native, self, args, target) => apply(target, own.get(self as object) ?? self, args))
}
const proxied = <Target extends object>(target: Target, handler: ProxyHandler<Target>): Target => {
  const proxy = new Proxy(target, handler)
  own.set(proxy, own.get(target) ?? target) // some are patched twice
  return proxy
}

const wrapped = (target: Native, handler: Handler): Native => {
  const { length } = target
  return proxied(target, {
    // Too few arguments: the platform throws, and does nothing.
    apply: (_target, self, args: unknown[]) =>
      args.length < length
        ? apply<unknown, unknown[], unknown>(target, self, args)
        : handler((...more) => apply<unknown, unknown[], unknown>(target, self, more), self, args, target),
  })
}

/** Puts `handler` in front of methods, named with spaces between. Nothing happens where the platform does not have one. */
export function method(owner: object | undefined, names: string, handler: Handler): void {
  for (const name of words(names)) {
    const found = owner && getOwnPropertyDescriptor(owner, name)
    if (typeof found?.value === 'function') defineProperty(owner!, name, { ...found, value: wrapped(found.value as Native, handler) })
  }
}

/** Puts `set` in front of properties' setters and `get` in front of their getters, where given. */
export function property(owner: object | undefined, names: string, set?: Handler, get?: Handler): void {
  for (const name of words(names)) {
    const found = owner && getOwnPropertyDescriptor(owner, name)
    if (!found?.get || !found.configurable) continue
    defineProperty(owner!, name, {
      ...found,
      set: found.set && set ? wrapped(found.set, set) : found.set,
      get: get ? wrapped(found.get, get) : found.get,
    })
  }
}

type Constructor = new (...args: unknown[]) => object

/** Puts `handler` in front of a constructor; `make` constructs natively, subclasses (`target`) included. */
export function constructor(
  scope: Scope,
  name: string,
  handler: (make: (...args: unknown[]) => object, args: unknown[], target: Constructor) => object,
): void {
  const native = scope[name] as Constructor | undefined
  if (!native) return
  const prototype = native.prototype as object
  const { length } = native
  // One that has two names stays one.
  const proxy = own.get(prototype.constructor) === native ? prototype.constructor : proxied(native, {
    construct: (_target, args: unknown[], newTarget) =>
      args.length < length ? construct<unknown[], object>(native, args, newTarget as Constructor) : handler((...more) => construct<unknown[], object>(native, more, newTarget as Constructor), args, newTarget as Constructor),
  })
  defineProperty(scope, name, { ...getOwnPropertyDescriptor(scope, name), value: proxy })
  // Audio shares its prototype with HTMLAudioElement, whose it is.
  if (prototype.constructor === native) defineProperty(prototype, 'constructor', { value: proxy })
}
