// Template helpers: what stands in a template asks the message that is being rendered. The engines are the caller's; here are
// only the few of their members that are needed.
import { type Message } from './message.js'

// ---- Handlebars

interface HandlebarsLike {
  registerHelper(name: string, helper: (...values: unknown[]) => unknown): void
  SafeString: new (text: string) => unknown
}

/** The message that a Handlebars template was given: `template(values, { data: { consent: message } })`. */
function ofHandlebars(values: unknown[]): Message {
  const { data } = values.at(-1) as { data?: { consent?: Message } }
  if (!data?.consent) throw new Error('render with { data: { consent: message } }: no message, no consent')
  return data.consent
}

/** `{{consentPixel}}`, `{{consentLink "https://…"}}`, `{{unsubscribeUrl}}`, `{{trackingUrl}}`. */
export function registerHandlebars(handlebars: HandlebarsLike): void {
  const helper = (name: string, say: (message: Message, first: unknown) => unknown): void => {
    handlebars.registerHelper(name, (...values) => say(ofHandlebars(values), values[0]))
  }
  helper('consentPixel', (message) => new handlebars.SafeString(message.pixel()))
  // Handlebars would write even a '=' as a character reference.
  helper('consentLink', (message, target) => new handlebars.SafeString(escaped(message.link(String(target)))))
  helper('unsubscribeUrl', (message) => message.unsubscribeUrl)
  helper('trackingUrl', (message) => message.trackingUrl)
}

// ---- Liquid (liquidjs)

interface LiquidContext {
  get(path: string[]): unknown
}
interface LiquidLike {
  registerFilter(name: string, filter: (this: { context: LiquidContext }, value: unknown) => unknown): void
  registerTag(name: string, tag: { parse(): void; render(context: LiquidContext): unknown }): void
}

function ofLiquid(context: LiquidContext): Message {
  const message = context.get(['consent'])
  if (!message) throw new Error('render with { consent: message }: no message, no consent')
  return message as Message
}

/** `{% consentPixel %}`, `{{ "https://…" | consentLink }}`, `{% unsubscribeUrl %}`, `{% trackingUrl %}`; `consent: message` in the scope. */
export function registerLiquid(liquid: LiquidLike): void {
  const tag = (name: string, say: (message: Message) => string): void => {
    liquid.registerTag(name, { parse: () => undefined, render: (context) => say(ofLiquid(context)) })
  }
  tag('consentPixel', (message) => message.pixel())
  tag('unsubscribeUrl', (message) => message.unsubscribeUrl)
  tag('trackingUrl', (message) => message.trackingUrl)
  liquid.registerFilter('consentLink', function (value) {
    return ofLiquid(this.context).link(String(value))
  })
}

// ---- Nunjucks

interface NunjucksLike {
  addGlobal(name: string, value: (this: { ctx: Record<string, unknown> }, ...values: unknown[]) => unknown): void
}

/**
 * `{{ consentPixel() }}`, `{{ consentLink("https://…") }}`, `{{ unsubscribeUrl() }}`, `{{ trackingUrl() }}`; `consent: message`
 * in the context. safe: `nunjucks.runtime.markSafe`.
 */
export function registerNunjucks(environment: NunjucksLike, safe: (text: string) => unknown): void {
  const global = (name: string, say: (message: Message, first: unknown) => unknown): void => {
    environment.addGlobal(name, function (first) {
      const message = this.ctx['consent'] as Message | undefined
      if (!message) throw new Error('render with { consent: message }: no message, no consent')
      return say(message, first)
    })
  }
  global('consentPixel', (message) => safe(message.pixel()))
  global('consentLink', (message, target) => message.link(String(target)))
  global('unsubscribeUrl', (message) => message.unsubscribeUrl)
  global('trackingUrl', (message) => message.trackingUrl)
}

// ---- everything else: slots

const PIXEL_SLOT = '<!-- consent:pixel -->'
const ADDRESS_SLOT = /(["'])consent:(?:link:([^"']*)|(unsubscribe|tracking))\1/g
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
const unescaped = (text: string): string => text.replaceAll('&amp;', '&')

/**
 * Fills the slots of HTML that any tool made: the comment `<!-- consent:pixel -->`, and addresses `consent:link:https://…`,
 * `consent:unsubscribe`, `consent:tracking` in quoted attributes. Where nothing may be recorded the comment goes without a
 * trace and the link is the plain one. Seal the result.
 */
export function fillSlots(html: string, message: Message): string {
  return html
    .replaceAll(PIXEL_SLOT, () => message.pixel())
    .replace(ADDRESS_SLOT, (_, quote: string, target: string | undefined, leave: string | undefined) => {
      const address =
        target !== undefined ? message.link(unescaped(target)) : leave === 'unsubscribe' ? message.unsubscribeUrl : message.trackingUrl
      return quote + escaped(address) + quote
    })
}

// ---- MJML

/** What is needed of `mjml-core`. */
interface MjmlCore {
  BodyComponent: new (...values: never[]) => object
  readonly registerComponent: (component: unknown, options: { registerDependencies: boolean }) => void
}

/**
 * Makes the component `<mj-consent-pixel></mj-consent-pixel>` known to mjml-core. MJML is compiled once for everybody, so what it
 * leaves is the slot that fillSlots() fills for each recipient.
 */
export function registerMjml({ BodyComponent, registerComponent }: MjmlCore): void {
  class MjConsentPixel extends BodyComponent {
    static readonly componentName = 'mj-consent-pixel'
    static readonly endingTag = true
    static readonly dependencies = { 'mj-body': ['mj-consent-pixel'], 'mj-wrapper': ['mj-consent-pixel'], 'mj-consent-pixel': [] }
    static isRawElement(): boolean {
      return true
    }
    render(): string {
      return PIXEL_SLOT
    }
  }
  registerComponent(MjConsentPixel, { registerDependencies: true })
}
