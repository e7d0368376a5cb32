// URLs in CSS, by the tokens of CSS Syntax Level 3: escapes, comments and quotes as a browser reads them.
import { TokenType, tokenize, type CSSToken } from '@csstools/css-tokenizer'

/** Functions whose strings are URLs (CSS Values 4 §4.5, CSS Images 4 §2). */
const TAKES_URL = new Set(['url', 'src', 'image', 'image-set', '-webkit-image-set', 'cross-fade', '-webkit-cross-fade', 'element', 'attr'])
/** A string that a variable may carry into such a function. */
const ABSOLUTE = /^[\t\n\f\r ]*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i

/**
 * Stands for a URL that was held: it loads nothing, and says what it was to the runtime, which puts it back on consent
 * (browser/release.ts).
 */
export const heldUrl = (url: string): string => `data:,mf:${encodeURIComponent(url)}`

const wellFormed = (text: string): string => text.replace(/[\uD800-\uDFFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')

/**
 * The style sheet, or the declarations of one attribute, with every URL for which `allowed` says false replaced by heldUrl().
 * The same text where there is none.
 */
export function cleanCss(css: string, allowed: (url: string) => boolean): string {
  if (!/[("'@\\]/.test(css)) return css
  const functions: string[] = []
  let importing = false
  let cleaned = ''
  let from = 0
  const put = (token: CSSToken, text: string): void => {
    cleaned += css.slice(from, token[2]) + text
    from = token[3] + 1
  }
  for (const token of tokenize({ css })) {
    switch (token[0]) {
      case TokenType.URL:
        if (!allowed(token[4].value)) put(token, `url("${heldUrl(wellFormed(token[4].value))}")`)
        break
      case TokenType.String: {
        const url = token[4].value
        const inside = functions.at(-1)
        const isUrl = importing || (inside !== undefined && TAKES_URL.has(inside)) || ABSOLUTE.test(url)
        if (isUrl && !allowed(url)) put(token, `"${heldUrl(wellFormed(url))}"`)
        break
      }
      case TokenType.Function:
        functions.push(token[4].value.toLowerCase())
        break
      case TokenType.OpenParen:
        functions.push('')
        break
      case TokenType.CloseParen:
        functions.pop()
        break
      case TokenType.AtKeyword:
        importing = token[4].value.toLowerCase() === 'import'
        break
      case TokenType.Semicolon:
      case TokenType.OpenCurly:
      case TokenType.CloseCurly:
        importing = false
        functions.length = 0
        break
      default:
    }
  }
  return cleaned + css.slice(from)
}
