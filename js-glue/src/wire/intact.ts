// Built-ins as they were when this was loaded: on a page that is before any script of the page's own ran. What decides uses these,
// so that nothing a page puts in their place later can turn an answer round, nor keep one from being given.
const { apply } = Reflect
const { defineProperties, defineProperty, getOwnPropertyDescriptors } = Object
const { charCodeAt, indexOf, slice, split, toLowerCase } = String.prototype
const { TextDecoder, TextEncoder } = globalThis
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A pattern whose exec() is the platform's, whatever becomes of RegExp.prototype. */
export const pattern = (expression: RegExp): RegExp => defineProperty(expression, 'exec', { value: RegExp.prototype.exec })

/** The first `most` UTF-16 units of a text. */
export const cut = (text: string, most: number): string => (text.length > most ? apply<string, [number, number], string>(slice as never, text, [0, most]) : text)

export const lowerCase = (text: string): string => apply<string, [], string>(toLowerCase, text, [])
/** The UTF-16 unit at a place of a text. Bound, because an engine sees through that, and through apply() it does not. */
export const unitAt = Function.prototype.call.bind(charCodeAt) as (text: string, at: number) => number
const parts = (text: string, mark: string): string[] => apply<string, [string], string[]>(split as never, text, [mark])
/** What stands between single spaces. */
export const words = (text: string): string[] => parts(text, ' ')
/** What stands between line feeds; after the last one is a line, too, and may be empty. */
export const linesOf = (text: string): string[] => parts(text, '\n')
/** The text from a place on. */
export const from = (text: string, at: number): string => apply<string, [number], string>(slice as never, text, [at])
/** Where a mark stands first; -1: nowhere. */
export const placeOf = (text: string, mark: string): number => apply<string, [string], number>(indexOf as never, text, [mark])

/** A collection with the platform's methods. */
function kept<Collection extends new (...args: never[]) => object>(base: Collection): Collection {
  const own = class extends (base as unknown as new () => object) {}
  defineProperties(own.prototype, getOwnPropertyDescriptors(base.prototype as object))
  return own as Collection
}
export const KeptMap = kept(Map)
export const KeptSet = kept(Set)
export const KeptWeakMap = kept(WeakMap)
export const KeptWeakSet = kept(WeakSet)

export const encodeInto = encoder.encodeInto.bind(encoder)
export const decode = decoder.decode.bind(decoder)
