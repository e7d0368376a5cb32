// Where a mail fetches something when it is shown: which attributes, which CSS, and what nobody would see. Facts only; whether
// a fetch may be there is the core's answer (email.load).
import { tokenize, TokenType, type CSSToken } from '@csstools/css-tokenizer'

/** Attributes that a mail program fetches from, by element; '*' is any. */
const LOADS: Readonly<Record<string, readonly string[]>> = {
  '*': ['background'],
  img: ['src', 'lowsrc', 'dynsrc'],
  input: ['src'],
  video: ['src', 'poster'],
  audio: ['src'],
  source: ['src'],
  track: ['src'],
  embed: ['src'],
  iframe: ['src'],
  frame: ['src'],
  object: ['data'],
  link: ['href'],
  script: ['src'],
  image: ['href', 'xlink:href'],
  use: ['href', 'xlink:href'],
  'v:image': ['src'],
  'v:fill': ['src'],
  'v:imagedata': ['src'],
}
/** Attributes that hold a list of addresses with descriptors. */
const LISTS = new Set(['srcset', 'imagesrcset'])

/** The attributes of an element that fetch, by name, with their addresses. */
export function loadsOf(tag: string, attributes: Iterable<readonly [string, string]>): { name: string; urls: string[] }[] {
  const wanted = new Set([...LOADS['*']!, ...(LOADS[tag] ?? [])])
  const found: { name: string; urls: string[] }[] = []
  for (const [name, value] of attributes) {
    if (LISTS.has(name)) found.push({ name, urls: addressesOf(value) })
    else if (wanted.has(name) && value.trim()) found.push({ name, urls: [value.trim()] })
  }
  return found
}

/** The addresses of a srcset (HTML §4.8.4.3.10): each up to white space, or to a comma at its end. */
export function addressesOf(srcset: string): string[] {
  return [...srcset.matchAll(/[\s,]*([^\s,][^\s]*)(?:\s+[^,]*)?(?:,|$)/g)].map(([, url]) => (url ?? '').replace(/,+$/, ''))
}

const TINY = /^\s*[01](?:\.\d*)?(?:px)?\s*$/
const HIDING = new Map([
  ['display', /^none$/],
  ['visibility', /^(hidden|collapse)$/],
  ['opacity', /^0(\.0+)?%?$/],
  ['width', /^[01](\.\d+)?(px)?$/],
  ['height', /^[01](\.\d+)?(px)?$/],
  ['max-width', /^[01](\.\d+)?(px)?$/],
  ['max-height', /^[01](\.\d+)?(px)?$/],
  ['font-size', /^0(px)?$/],
])

/** Whether nobody would see an image: 1x1, no size, hidden by an attribute or by its own style. */
export function isHidden(attribute: (name: string) => string | null | undefined): boolean {
  if (attribute('hidden') != null) return true
  const [width, height] = [attribute('width'), attribute('height')]
  if ((width != null && TINY.test(width)) || (height != null && TINY.test(height))) return true
  return declarationsOf(attribute('style') ?? '').some(([name, value]) => HIDING.get(name)?.test(value) ?? false)
}

/** Declarations of a style attribute, lower case, without `!important`. */
function declarationsOf(style: string): [string, string][] {
  return style.split(';').flatMap((declaration): [string, string][] => {
    const colon = declaration.indexOf(':')
    if (colon < 0) return []
    const value = declaration.slice(colon + 1).replace(/!\s*important/i, '')
    return [[declaration.slice(0, colon).trim().toLowerCase(), value.trim().toLowerCase()]]
  })
}

/** An address in CSS: where it stands in the text (UTF-16 units), and in what. */
export interface CssLoad {
  readonly url: string
  readonly from: number
  /** Behind the last unit. */
  readonly to: number
  readonly font: boolean
}

/** Every address that CSS fetches: url(), src(), image-set() strings, @import. */
export function cssLoads(css: string): CssLoad[] {
  const loads: CssLoad[] = []
  const functions: string[] = []
  let rule = ''
  let functionAt = 0
  const add = (url: string, from: number, to: number): void => {
    loads.push({ url, from, to, font: rule === 'font-face' })
  }
  let tokens: CSSToken[]
  try {
    tokens = tokenize({ css })
  } catch {
    // What cannot be read may fetch anything: an address that the core refuses.
    return css.trim() ? [{ url: 'unreadable:', from: 0, to: css.length, font: false }] : []
  }
  for (const [type, text, from, last, data] of tokens) {
    switch (type as string) {
      case TokenType.URL:
        add((data as { value: string }).value, from, last + 1)
        break
      case TokenType.BadURL:
        add('unreadable:', from, last + 1)
        break
      case TokenType.Function:
        functions.push((data as { value: string }).value.toLowerCase())
        functionAt = from
        break
      case TokenType.CloseParen:
        functions.pop()
        break
      case TokenType.OpenParen:
        functions.push('')
        break
      case TokenType.AtKeyword:
        rule = text.slice(1).toLowerCase()
        break
      case TokenType.CloseCurly:
        rule = ''
        break
      case TokenType.Semicolon:
        if (rule === 'import') rule = ''
        break
      case TokenType.String: {
        const { value } = data as { value: string }
        const inside = functions.at(-1) ?? ''
        // url("…") is replaced with its parentheses, so that what is left is CSS.
        if (inside === 'url' || inside === 'src') add(value, functionAt, css.indexOf(')', last) + 1 || css.length)
        else if (inside.endsWith('image-set') || rule === 'import') add(value, from, last + 1)
        break
      }
      default:
        break
    }
  }
  return loads
}
