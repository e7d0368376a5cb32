// What a site says about itself to iab.js: a JSON file of its own, checked before anything is answered.
//
// We are an engine, not a consent management platform registered with IAB: whoever puts a CmpId here has been given one by IAB Europe
// (TCF) or IAB Tech Lab (GPP) and answers for what is disclosed under it. The vendor list is the site's as well.

/** Ids of the site's policy, by what IAB calls them. Lists say what is needed: all of it. */
export interface IabConfig {
  /** Given by IAB; 0 to 4095 (CmpId and CmpVersion have 12 bits). */
  readonly cmpId: number
  readonly cmpVersion: number
  /**
   * For each regime of the policy the GPP section in force there: `tcfeuv2`, `tcfcav1`, one of the United States (`usnat`, `usca`, …),
   * or null where none is. A regime that is not here is an error, because nobody said whether GDPR applies in it.
   */
  readonly regimes: Readonly<Record<string, string | null>>
  /** Needed where a regime has `tcfeuv2`. */
  readonly tcf?: TcfConfig
  /** Needed where a regime has `tcfcav1`. */
  readonly ca?: FrameworkConfig
  /** Needed where a regime has a section of the United States. */
  readonly us?: UsConfig
}

/** What IAB's frameworks of Europe and Canada have in common. */
export interface FrameworkConfig {
  readonly vendorListVersion: number
  /** Unless given 5 (TCF 2.3), of Canada 1. */
  readonly tcfPolicyVersion?: number
  readonly consentScreen?: number
  /** Whether purposes are described in other words than the framework's; true unless given, since the words are the policy's. */
  readonly useNonStandardTexts?: boolean
  /** By IAB purpose (1 to 24): the policy's purposes that must all be granted for it. */
  readonly purposes: Readonly<Record<string, readonly string[]>>
  /** By special feature (1 to 12), likewise. */
  readonly specialFeatures?: Readonly<Record<string, readonly string[]>>
  /** By vendor id: an address of the vendor's, about which the gate is asked. All vendors here are disclosed. */
  readonly vendors: Readonly<Record<string, string>>
}

export interface TcfConfig extends FrameworkConfig {
  /** ISO 3166-1 alpha-2, of the country whose law the publisher is under. */
  readonly publisherCC: string
  /** Where this site has its vendor list (GlobalVendorList, JSON), for getVendorList. */
  readonly vendorList?: string
  /** By id of Google's ad technology providers, likewise: the Additional Consent string. */
  readonly additionalConsent?: Readonly<Record<string, string>>
}

export interface UsConfig {
  /** Whether the site gives notice of what can be opted out of, and how. */
  readonly notice: boolean
  /** Signatory of IAB's Multi-State (formerly Limited Service Provider) agreement, and its mode if so. */
  readonly mspa?: 'opt-out-option' | 'service-provider'
  /** The policy's purposes that sell, share, or target. Any of them off is an opt-out. */
  readonly sale: readonly string[]
  readonly share: readonly string[]
  readonly targeted: readonly string[]
}

/** A configuration that cannot be used, with the place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const expected = (where: string, what: string): ConfigError => new ConfigError(`iab configuration, ${where}: expected ${what}`)

function object(value: unknown, where: string, known?: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw expected(where, 'an object')
  for (const key of Object.keys(value)) if (known && !known.includes(key)) throw expected(`${where}/${key}`, `one of ${known.join(', ')}`)
  return value
}

function number(value: unknown, where: string, most: number): void {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) throw expected(where, `a whole number up to ${most}`)
}

function texts(value: unknown, where: string): void {
  if (!Array.isArray(value) || value.length === 0 || !value.every((one) => typeof one === 'string')) throw expected(where, 'a list of purposes, not empty')
}

/** An object whose keys are ids up to `most`. */
function byId(value: unknown, where: string, most: number, check: (one: unknown, where: string) => void): void {
  for (const [id, one] of Object.entries(object(value, where))) {
    if (!/^[1-9]\d{0,9}$/.test(id) || Number(id) > most) throw expected(`${where}/${id}`, `an id up to ${most}`)
    check(one, `${where}/${id}`)
  }
}

function address(value: unknown, where: string): void {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value)) throw expected(where, "an address of the vendor's")
}

const FRAMEWORK = ['vendorListVersion', 'tcfPolicyVersion', 'consentScreen', 'useNonStandardTexts', 'purposes', 'specialFeatures', 'vendors']

function checkFramework(value: unknown, where: string, more: readonly string[] = []): Record<string, unknown> {
  const framework = object(value, where, [...more, ...FRAMEWORK])
  number(framework['vendorListVersion'], `${where}/vendorListVersion`, 4095)
  number(framework['tcfPolicyVersion'] ?? 5, `${where}/tcfPolicyVersion`, 63)
  number(framework['consentScreen'] ?? 1, `${where}/consentScreen`, 63)
  if (typeof (framework['useNonStandardTexts'] ?? true) !== 'boolean') throw expected(`${where}/useNonStandardTexts`, 'true or false')
  byId(framework['purposes'], `${where}/purposes`, 24, texts)
  byId(framework['specialFeatures'] ?? {}, `${where}/specialFeatures`, 12, texts)
  byId(framework['vendors'], `${where}/vendors`, 65535, address)
  return framework
}

function checkTcf(value: unknown): void {
  const tcf = checkFramework(value, '/tcf', ['publisherCC', 'vendorList', 'additionalConsent'])
  if (typeof tcf['publisherCC'] !== 'string' || !/^[A-Z]{2}$/.test(tcf['publisherCC'])) throw expected('/tcf/publisherCC', 'two capital letters')
  if (typeof (tcf['vendorList'] ?? '') !== 'string') throw expected('/tcf/vendorList', 'an address')
  byId(tcf['additionalConsent'] ?? {}, '/tcf/additionalConsent', 2 ** 32 - 1, address)
}

function checkUs(value: unknown): void {
  const us = object(value, '/us', ['notice', 'mspa', 'sale', 'share', 'targeted'])
  if (typeof us['notice'] !== 'boolean') throw expected('/us/notice', 'true or false')
  if (us['mspa'] !== undefined && us['mspa'] !== 'opt-out-option' && us['mspa'] !== 'service-provider') throw expected('/us/mspa', 'opt-out-option or service-provider')
  for (const name of ['sale', 'share', 'targeted']) texts(us[name], `/us/${name}`)
}

/** Checks a configuration whole. @throws ConfigError that names the first place at fault. */
export function readConfig(value: unknown): IabConfig {
  const config = object(value, '/', ['$schema', 'cmpId', 'cmpVersion', 'regimes', 'tcf', 'ca', 'us'])
  number(config['cmpId'], '/cmpId', 4095)
  number(config['cmpVersion'], '/cmpVersion', 4095)
  if (config['tcf'] !== undefined) checkTcf(config['tcf'])
  if (config['ca'] !== undefined) checkFramework(config['ca'], '/ca')
  if (config['us'] !== undefined) checkUs(config['us'])
  for (const [regime, section] of Object.entries(object(config['regimes'], '/regimes'))) {
    const where = `/regimes/${regime}`
    if (section === null) continue
    if (typeof section !== 'string' || !/^(?:tcfeuv2|tcfcav1|us[a-z]{2}|usnat)$/.test(section)) throw expected(where, 'tcfeuv2, tcfcav1, a section of the United States, or null')
    const needs = section === 'tcfeuv2' ? 'tcf' : section === 'tcfcav1' ? 'ca' : 'us'
    if (config[needs] === undefined) throw expected(where, `/${needs} beside it`)
  }
  return config as unknown as IabConfig
}
