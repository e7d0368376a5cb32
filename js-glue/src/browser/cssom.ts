// Style by script: declarations, rules, sheets, fonts, animations.
import { KeptWeakMap } from '../wire/intact.js'
import { stringOf } from './native.js'
import { Initiator } from '../gen/metrofax/consent/fb/initiator.js'
import { addressesOf, names, silenced } from './css.js'
import { resolvedAll, type Holds } from './hold.js'
import { constructor, method, property, prototypeIn, type Scope } from './patch.js'

/** The declaration behind the one a page sees, and the other way round. */
const behind = new KeptWeakMap<object, object>()
const seen = new KeptWeakMap<object, object>()
const { set: reflectSet, get: reflectGet, apply } = Reflect
const OTHERS = ['has', 'ownKeys', 'getOwnPropertyDescriptor', 'defineProperty', 'deleteProperty', 'getPrototypeOf', 'setPrototypeOf'] as const
interface Shell {
  real_: object
}

export function patchCssom(holds: Holds, scope: Scope): void {
  /** Runs with the text if it may request what it names, else holds it. */
  const may = (text: unknown, how: Initiator, run: () => void): boolean => {
    const urls = resolvedAll(addressesOf(stringOf(text ?? '')))
    if (urls.length === 0 || holds.allowed_(how, urls)) return true
    holds.keep_({ how_: how, urls, run_: run })
    return false
  }

  // Chromium keeps properties like backgroundImage on no prototype, so a declaration is seen through a proxy. Of a shell: what a proxy
  // answers is held against its target's own properties (ECMAScript, [[Get]] and [[Set]]), and a declaration's are dear to describe.
  const seeing: ProxyHandler<Shell> = {
    get: ({ real_ }, key) => reflectGet(real_, key, real_) as unknown,
    set: ({ real_ }, key, value: unknown) => {
      const text = typeof value === 'string' || value == null ? value : stringOf(value)
      if (!names(text) || key === 'cssText' || may(text, Initiator.image, () => reflectSet(real_, key, text, real_))) reflectSet(real_, key, text, real_)
      return true
    },
    preventExtensions: () => false,
  }
  for (const name of OTHERS) {
    const native = Reflect[name] as (...args: unknown[]) => never
    seeing[name] = ({ real_ }: Shell, key?: unknown, more?: unknown) => native(real_, key, more)
  }
  const proxied = (native: () => unknown): unknown => {
    const real = native()
    if (typeof real !== 'object' || real === null) return real
    let proxy = seen.get(real)
    if (!proxy) {
      proxy = new Proxy<Shell>({ real_: real }, seeing)
      seen.set(real, proxy)
      behind.set(proxy, real)
    }
    return proxy
  }
  for (const name of ['HTMLElement', 'SVGElement', 'MathMLElement', 'CSSStyleRule', 'CSSKeyframeRule', 'CSSPageRule', 'CSSFontFaceRule', 'CSSPositionTryRule', 'CSSNestedDeclarations'])
    property(
      prototypeIn(scope, name),
      'style',
      (native, self, [value]) => {
        const text = stringOf(value)
        native(may(text, Initiator.image, () => { (self as HTMLElement).setAttribute('style', text) }) ? text : silenced(text))
      },
      (native) => proxied(native),
    )
  const declaration = prototypeIn(scope, 'CSSStyleDeclaration')
  const real = (self: unknown): unknown => behind.get(self as object) ?? self
  for (const owner of [declaration, prototypeIn(scope, 'CSSStyleProperties'), prototypeIn(scope, 'CSS2Properties')])
    method(owner, 'setProperty', (_native, self, args, target) => {
      args[1] = stringOf(args[1] ?? '')
      if (may(args[1], Initiator.image, () => { apply(target, real(self), args) })) apply(target, real(self), args)
    })
  for (const name of ['getPropertyValue', 'getPropertyPriority', 'item', 'removeProperty'])
    method(declaration, name, (_native, self, args, target) => apply(target, real(self), args))
  property(declaration, 'cssText', (_native, self, [value], target) => {
    const text = stringOf(value)
    apply(target, real(self), [may(text, Initiator.image, () => { apply(target, real(self), [text]) }) ? text : silenced(text)])
  }, (_native, self, _args, target) => apply(target, real(self), []))
  property(declaration, 'length parentRule', undefined, (_native, self, _args, target) => apply(target, real(self), []))
  method(prototypeIn(scope, 'StylePropertyMap'), 'set append', (native, _self, args) => {
    const text = args.slice(1).map((value) => stringOf(value)).join(' ')
    if (may(text, Initiator.image, () => native(...args))) native(...args)
  })

  // Rules keep their place and wait without what they may not request.
  const rule = (native: (...args: unknown[]) => unknown, at: number, self: unknown, args: unknown[]): unknown => {
    const text = (args[at] = stringOf(args[at] ?? ''))
    const put: { rule?: unknown } = {}
    const list = (): CSSRuleList => (self as CSSStyleSheet).cssRules
    const replace = (): void => {
      for (let i = 0; i < list().length; ++i)
        if (list()[i] === put.rule) {
          ;(self as CSSStyleSheet).deleteRule(i)
          ;(self as CSSStyleSheet).insertRule(text, i)
          return
        }
    }
    if (may(text, Initiator.style, replace)) return native(...args)
    const silent = silenced(text)
    args[at] = at === 0 ? silent || 'metrofax-held {}' : silent
    const result = native(...args)
    put.rule = list()[typeof result === 'number' && result >= 0 ? result : list().length - 1]
    return result
  }
  const sheet = prototypeIn(scope, 'CSSStyleSheet')
  for (const owner of [sheet, prototypeIn(scope, 'CSSGroupingRule'), prototypeIn(scope, 'CSSStyleRule')])
    method(owner, 'insertRule', (native, self, args) => rule(native, 0, self, args))
  method(prototypeIn(scope, 'CSSKeyframesRule'), 'appendRule', (native, self, args) => rule(native, 0, self, args))
  method(sheet, 'addRule', (native, self, args) => rule(native, 1, self, args))
  method(sheet, 'replace replaceSync', (native, _self, args) => {
    const text = (args[0] = stringOf(args[0]))
    if (!may(text, Initiator.style, () => native(text))) args[0] = silenced(text)
    return native(...args)
  })
  constructor(scope, 'FontFace', (make, args) => {
    const text = typeof args[1] === 'string' ? args[1] : ''
    const urls = resolvedAll(addressesOf(text))
    return urls.length === 0 || holds.allowed_(Initiator.font, urls) ? make(...args) : make(args[0], 'url(data:,)', args[2])
  })

  // Animations: what a keyframe's values name.
  const frames = (value: unknown): boolean => {
    try {
      const texts: string[] = []
      for (const one of (Array.isArray(value) ? value : [value]) as unknown[])
        for (const each of Object.values((one ?? {})).flat()) if (typeof each === 'string') texts.push(each)
      const urls = resolvedAll(addressesOf(texts.join(' ')))
      return urls.length === 0 || holds.allowed_(Initiator.image, urls)
    } catch {
      return false
    }
  }
  method(prototypeIn(scope, 'Element'), 'animate', (native, _self, args) => native(frames(args[0]) ? args[0] : [], ...args.slice(1)))
  constructor(scope, 'KeyframeEffect', (make, args) => {
    if (args.length > 1 && !frames(args[1])) args[1] = []
    return make(...args)
  })
  method(prototypeIn(scope, 'KeyframeEffect'), 'setKeyframes', (native, _self, args) => { native(frames(args[0]) ? args[0] : []) })
}
