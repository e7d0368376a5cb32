// Frames that are sent elsewhere: by links, by forms, by location. A link that takes the visitor away from the page is theirs
// (scope.links); what is loaded into a frame of the page, and what a form hands over, is asked about.
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { frameNamed } from './frames.js'
import { resolved, type Holds } from './hold.js'
import { attribute, baseOf } from './native.js'
import { method, prototypeIn, type Scope } from './patch.js'

const { closest } = Element.prototype
const { apply } = Reflect

export function patchNavigation(holds: Holds, scope: Scope): void {
  const window = scope as unknown as Window
  const targetOf = (element: Element, submitter?: Element | null): string =>
    (submitter && attribute(submitter, 'formtarget')) ?? attribute(element, 'target') ?? window.document.querySelector('base[target]')?.getAttribute('target') ?? ''
  const linkMay = (link: Element): boolean => {
    const href = attribute(link, 'href') ?? attribute(link, 'xlink:href')
    if (href === null) return true
    const frame = frameNamed(window, targetOf(link))
    return holds.allowed_(frame ? Initiator.frame : Initiator.navigation, [resolved(href, baseOf(link))])
  }
  const formMay = (form: Element, submitter?: Element | null): boolean => {
    const action = (submitter && attribute(submitter, 'formaction')) ?? attribute(form, 'action') ?? ''
    const frame = frameNamed(window, targetOf(form, submitter))
    return holds.allowed_(frame ? Initiator.frame : Initiator.form, [resolved(action, baseOf(form))])
  }
  const linkOf = (target: EventTarget | null): Element | null => {
    try {
      return apply(closest, target, ['a,area']) as Element | null
    } catch {
      return null
    }
  }
  window.addEventListener('click', (event) => {
    const link = linkOf(event.composedPath()[0] ?? event.target)
    if (link && !linkMay(link)) event.preventDefault()
  }, true)
  window.addEventListener('submit', (event) => {
    if (!formMay(event.target as Element, event.submitter)) event.preventDefault()
  }, true)
  // Outside the document no event passes the window.
  const detached = (element: unknown): Element | null => {
    const node = element as Element
    return !node.isConnected ? linkOf(node) : null
  }
  method(prototypeIn(scope, 'HTMLElement'), 'click', (native, self) => {
    const link = detached(self)
    return link && !linkMay(link) ? undefined : native()
  })
  method(prototypeIn(scope, 'EventTarget'), 'dispatchEvent', (native, self, args) => {
    const event = args[0] as Event | undefined
    if (event?.type === 'click') {
      // Nor can an event be taken back that says it cannot.
      const link = event.cancelable ? detached(self) : linkOf(self as EventTarget)
      if (link && !linkMay(link)) return false
    }
    return native(...args)
  })
  method(prototypeIn(scope, 'HTMLFormElement'), 'submit', (native, self) => (formMay(self as Element) ? native() : undefined))
  method(prototypeIn(scope, 'HTMLFormElement'), 'requestSubmit', (native, self, args) =>
    (self as Element).isConnected && !formMay(self as Element, args[0] as Element | undefined) ? undefined : native(...args))
  // Where the browser tells beforehand (never of a frame's first, empty document).
  const { navigation } = window as unknown as { navigation?: EventTarget }
  if (window !== window.top)
    navigation?.addEventListener('navigate', (event) => {
      const { destination, cancelable } = event as Event & { destination: { url: string; sameDocument: boolean } }
      if (cancelable && !destination.sameDocument && !holds.allowed_(Initiator.frame, [destination.url])) event.preventDefault()
    })
}
