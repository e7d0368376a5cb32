// Building elements without a parser: nothing here ever turns text into markup, so that the whole interface works under
// `require-trusted-types-for 'script'` and cannot be injected into by a vendor's name or a tracker's URL.

type Prop = string | number | boolean | null | undefined | ((event: never) => void)
type Child = Node | string | null | undefined | false

/**
 * Makes an element. A function becomes a listener for the event of that name, `true` an empty attribute, everything
 * else an attribute; `false`, null and undefined are left out, among the children too. Text stays text. Classes are
 * parts as well, so that a site's ::part() reaches what our own style sheet reaches.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Record<string, Prop> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, String(value))
  }
  if (props['class']) element.setAttribute('part', element.className)
  element.append(...children.filter((child): child is Node | string => child != null && child !== false))
  return element
}

/**
 * A link that can only lead to a web page: an address with another scheme (javascript:, data:) yields the bare text.
 * Inside a dialog it opens beside the page, so that choices not yet saved are not lost.
 */
export function link(text: string, url: string | null | undefined, beside = false): HTMLElement | null {
  if (!url) return null
  try {
    if (!/^https?:$/.test(new URL(url, document.baseURI).protocol)) return h('span', {}, text)
  } catch {
    return h('span', {}, text)
  }
  return h('a', { href: url, class: 'link', rel: 'noopener', target: beside && '_blank' }, text)
}

/** Shows above everything of the page: in the browser's top layer where it has one, by z-index elsewhere. */
export function raise(element: HTMLElement): void {
  element.hidden = false
  try {
    element.showPopover()
  } catch {
    // Older browsers, or shown already: position and z-index of the style sheet hold.
  }
}

/** Takes away what `raise` has shown. */
export function lower(element: HTMLElement): void {
  try {
    element.hidePopover()
  } catch {
    // As above.
  }
  element.hidden = true
}
