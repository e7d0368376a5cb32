// Everything in markup that makes a browser send a request: one table, read by one function.
import { Initiator } from '../../gen/metrofax/consent/fb/initiator.js'

/** How an attribute holds URLs. */
export type Shape =
  /** one URL */
  | 'url'
  /** candidates of an image */
  | 'srcset'
  /** URLs between spaces */
  | 'urls'
  /** values between semicolons, as SMIL has them */
  | 'values'
  /** text of CSS */
  | 'css'

interface Row {
  /** Element names; '*' any. lol-html lowers the case of SVG's too. */
  readonly tags: string
  readonly attributes: string
  readonly how: Initiator
  readonly shape?: Shape
}

const ROWS: readonly Row[] = [
  { tags: 'script', attributes: 'src', how: Initiator.script },
  { tags: 'img image input', attributes: 'src', how: Initiator.image },
  { tags: 'img image source link', attributes: 'srcset imagesrcset', how: Initiator.image, shape: 'srcset' },
  { tags: 'img image', attributes: 'lowsrc dynsrc', how: Initiator.image },
  { tags: 'iframe frame embed portal fencedframe', attributes: 'src', how: Initiator.frame },
  { tags: 'object', attributes: 'data classid codebase', how: Initiator.frame },
  { tags: 'video audio source track bgsound', attributes: 'src', how: Initiator.media },
  { tags: 'video', attributes: 'poster', how: Initiator.image },
  { tags: 'body table thead tbody tfoot tr td th', attributes: 'background', how: Initiator.image },
  { tags: 'form', attributes: 'action', how: Initiator.form },
  { tags: 'button input', attributes: 'formaction', how: Initiator.form },
  { tags: 'a area', attributes: 'ping', how: Initiator.ping, shape: 'urls' },
  { tags: 'a area img image script', attributes: 'attributionsrc', how: Initiator.ping, shape: 'urls' },
  // SVG. Of its links only `a` waits for a click.
  {
    tags: 'image use feimage script lineargradient radialgradient pattern filter textpath tref mpath cursor font-face-uri set animate',
    attributes: 'href xlink:href',
    how: Initiator.image,
  },
  { tags: 'set animate animatetransform animatemotion', attributes: 'to from by values', how: Initiator.image, shape: 'values' },
  {
    tags: '*',
    attributes: 'fill stroke filter mask clip-path marker marker-start marker-mid marker-end cursor',
    how: Initiator.image,
    shape: 'css',
  },
]

/** What one attribute of one element asks for. */
export interface Use {
  readonly attribute: string
  readonly how: Initiator
  readonly shape: Shape
}

const ANY = '*'
const byTag = new Map<string, Use[]>()
for (const { tags, attributes, how, shape = 'url' } of ROWS) {
  for (const tag of tags.split(' ')) {
    const uses = byTag.get(tag) ?? []
    byTag.set(tag, uses)
    for (const attribute of attributes.split(' ')) uses.push({ attribute, how, shape })
  }
}
const anywhere = byTag.get(ANY)!
byTag.delete(ANY)

/** What an element may request by its attributes. `link`, `base` and `meta` have rules of their own in page.ts. */
export const usesOf = (tag: string): readonly Use[] => byTag.get(tag) ?? []
/** What any element may, as SVG's presentation attributes do. */
export const usesAnywhere: readonly Use[] = anywhere

/** By attribute alone: their elements are many, and hardly ever have one. */
const RARE = new Set(['background', 'ping', 'attributionsrc'])

/**
 * The elements of the table; everything else passes without a call. By name where that is enough: the rewriter matches a name
 * much faster than an attribute.
 */
export const SELECTOR: string = [
  ...new Set([...byTag].flatMap(([tag, uses]) => uses.map(({ attribute }) => (RARE.has(attribute) ? `[${attribute}]` : tag)))),
  // A URL in CSS needs a bracket, which only a character reference can hide.
  ...anywhere.flatMap(({ attribute }) => [`[${attribute}*="("]`, `[${attribute}*="&"]`]),
].join(', ')

/** Links that only say something. Whatever is not in this list is taken to fetch or to connect. */
const SAYING = new Set(
  'alternate author bookmark canonical external help license me next nofollow noopener noreferrer opener prev privacy-policy tag terms-of-service shortlink'.split(' '),
)
export const linkRequests = (rel: string): boolean =>
  rel
    .toLowerCase()
    .split(/[\t\n\f\r ]+/)
    .some((word) => word !== '' && !SAYING.has(word))
