// The platform's own functions, taken before the page can replace them: what decides, and what undoes, uses these and no method
// that a page could have put its own in front of.
const { apply } = Reflect
const { getOwnPropertyDescriptor } = Object

type Call = (self: unknown, ...args: unknown[]) => unknown

const calling = (target: unknown): Call => (self, ...args) => apply(target as Call, self, args as never)
export const getter = (owner: object, name: string): Call => calling(getOwnPropertyDescriptor(owner, name)?.get ?? (() => undefined))
export const setter = (owner: object, name: string): Call => calling(getOwnPropertyDescriptor(owner, name)?.set ?? (() => undefined))
/** A method as the platform has it, `this` first. */
export const methodOf = (owner: object, name: string): Call => calling(getOwnPropertyDescriptor(owner, name)?.value)

/** As the platform makes text of an argument: once, and a symbol throws. */
export const stringOf = (value: unknown): string => `${value as number}`

export { pattern } from '../wire/intact.js'

/** Every match of a global pattern: of each its first group that is there, or the whole. */
export function matches(expression: RegExp, text: string): string[] {
  const found: string[] = []
  let match: RegExpExecArray | null
  expression.lastIndex = 0
  while ((match = expression.exec(text))) found[found.length] = match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[0]
  return found
}

const element = globalThis.Element?.prototype ?? {}
const node = globalThis.Node?.prototype ?? {}
export const localNameOf = getter(element, 'localName') as (self: unknown) => string
export const attribute = methodOf(element, 'getAttribute') as (self: unknown, name: string) => string | null
export const setAttribute = methodOf(element, 'setAttribute')
export const removeAttribute = methodOf(element, 'removeAttribute')
export const attributesOf = getter(element, 'attributes') as (self: unknown) => NamedNodeMap
export const setInnerHtml = setter(element, 'innerHTML')
export const innerHtmlOf = getter(element, 'innerHTML') as (self: unknown) => string
export const textOf = getter(node, 'textContent') as (self: unknown) => string | null
export const setText = setter(node, 'textContent')
export const baseOf = getter(node, 'baseURI') as (self: unknown) => string
export const documentOf = getter(node, 'ownerDocument') as (self: unknown) => Document | null
export const parentOf = getter(node, 'parentNode') as (self: unknown) => Node | null
export const firstChildOf = getter(node, 'firstChild') as (self: unknown) => Node | null
export const append = methodOf(node, 'appendChild')
export const connected = getter(node, 'isConnected') as (self: unknown) => boolean
export const typeOf = getter(node, 'nodeType') as (self: unknown) => number
/** Those who have elements in them, by their node type. */
const parents = [[1, element], [11, globalThis.DocumentFragment?.prototype ?? {}], [9, globalThis.Document?.prototype ?? {}]] as const
const all: Record<string | number, ((self: unknown, selector: string) => NodeListOf<Element>) | undefined> = { __proto__: null as never }
const elementsIn: Record<string | number, ((self: unknown) => Element | null) | undefined> = { __proto__: null as never }
for (const [type, owner] of parents) {
  all[type] = methodOf(owner, 'querySelectorAll') as never
  elementsIn[type] = getter(owner, 'firstElementChild') as never
}
/** querySelectorAll of an element, a fragment or a document; nothing of what has no elements. */
export const select = (root: unknown, selector: string): ArrayLike<Element> => all[typeOf(root)]?.(root, selector) ?? []
/** Whether a node of this type has elements in it: cheaper than to look for some. */
export const hasElements = (root: unknown, type: number): boolean => !!elementsIn[type]?.(root)
export const contentOf = getter(globalThis.HTMLTemplateElement?.prototype ?? {}, 'content') as (self: unknown) => DocumentFragment
export const adopt = methodOf(globalThis.Document?.prototype ?? {}, 'adoptNode')
export const importing = methodOf(globalThis.Document?.prototype ?? {}, 'importNode')

/** A document without a window: what is parsed in it requests nothing and runs nothing. */
export const inert = (globalThis.document as Document | undefined)?.implementation.createHTMLDocument('') as Document

const { URL } = globalThis
const href = getter(URL.prototype, 'href') as (self: unknown) => string
/** A URL against a base; throws where it is none. */
export const absolute = (text: string, base: string): string => href(new URL(text, base))
