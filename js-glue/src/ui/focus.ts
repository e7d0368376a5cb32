// Where the keyboard is. Focus never falls to <body>: not when the banner goes, not when a dialog closes, not when the
// element that had it has left the page meanwhile.

/** The element that has focus, looked for through open shadow roots; null where nothing or <body> has it. */
export function focused(): HTMLElement | null {
  let active = document.activeElement
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
  return active && active !== document.body ? (active as HTMLElement) : null
}

/** Gives focus without scrolling and says whether it is there now: what is hidden, inert or removed does not take it. */
function take(element: HTMLElement | null): boolean {
  if (!element?.isConnected || !element.getClientRects().length) return false
  element.focus({ preventScroll: true })
  return focused() === element
}

/** As `take`, for an element that is no control: focusable for as long as focus is on it. */
function takeText(element: HTMLElement): boolean {
  if (take(element)) return true
  if (element.hasAttribute('tabindex')) return false
  element.tabIndex = -1
  const done = () => element.removeAttribute('tabindex')
  element.addEventListener('blur', done, { once: true })
  if (take(element)) return true
  element.removeEventListener('blur', done)
  done()
  return false
}

/**
 * Returns focus to the first of `wanted` that can take it; otherwise to the heading the visitor is looking at, to any
 * heading, to main, and at last to whatever the body begins with.
 */
export function giveBack(...wanted: (HTMLElement | null)[]): void {
  if (wanted.some(take)) return
  const find = (what: string) => [...document.querySelectorAll<HTMLElement>(what)]
  const headings = find('h1,h2,h3')
  const inView = (place: HTMLElement) => {
    const { top } = place.getBoundingClientRect()
    return top >= 0 && top < innerHeight
  }
  const rest = [...document.body.children].filter((child) => !child.shadowRoot) as HTMLElement[]
  ;[...headings.filter(inView), ...headings, ...find('main,[role=main]'), ...rest].some(takeText)
}
