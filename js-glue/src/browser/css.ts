// Style that requests: which addresses a piece of CSS names. It names more rather than fewer: every url() and every string that
// could be an address, with CSS's escapes and comments taken out first, because a page may write them to hide.
import { matches, pattern } from './native.js'

const ADDRESSES = pattern(/url\(|image|import|src|\\/i)
const ELABORATE = pattern(/[\\@]|\/\*/)
const ESCAPE = pattern(/\\(?:([0-9a-f]{1,6})\s?|([^]))/gi)
const NOISE = pattern(/\/\*[^]*?(?:\*\/|$)|@(?:namespace|charset)[^;]*;/gi)
const IMPORT = pattern(/@import[^;]*;?/gi)
const URL_OF = pattern(/^u/i)
const URLS = pattern(/url\(\s*(?:"([^"]*)"?|'([^']*)'?|([^)]*))|["']([^"']*(?:\/\/|:)[^"']*)["']/gi)
const { apply } = Reflect
const { fromCodePoint } = String
const symbolReplace = RegExp.prototype[Symbol.replace]

const replaced = (text: string, expression: RegExp, by: unknown): string => apply(symbolReplace, expression, [text, by] as never)

/** As the CSS parser reads it. */
const plain = (css: string): string => !ELABORATE.exec(css) ? css :
  replaced(replaced(css, NOISE, ' '), ESCAPE, (_: string, code: string | undefined, character: string) => {
    const point = parseInt(code ?? '', 16)
    return code ? (point > 0 && point < 0x110000 ? fromCodePoint(point) : '?') : character
  })

/** Whether there can be an address in it; in the CSS that most pages write there is none. */
export const names = (css: unknown): boolean => typeof css === 'string' && ADDRESSES.exec(css) !== null

/** Every address in CSS text, of a whole sheet or of one value. */
export const addressesOf = (css: string): string[] => (names(css) ? matches(URLS, plain(css)) : [])

/** The same CSS with nothing left to request. */
export function silenced(css: string): string {
  const text = replaced(replaced(plain(css), IMPORT, ''), URLS, (whole: string) => (URL_OF.exec(whole) ? 'url(data:,' : '"data:,"'))
  for (const url of matches(URLS, text)) if (url !== 'data:,') return ''
  return text
}
