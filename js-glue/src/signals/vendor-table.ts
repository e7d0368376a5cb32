// Whom to tell, where, and in which words: one row a vendor, data only. What is said is a request to behave; whether anything of the
// vendor's is fetched at all is the gate's affair, and a cookieless ping is a request like any other, with a purpose of its own (W4).

/**
 * How a call gets to a vendor's script, loaded or not:
 * arguments  into an array of this name, as a function's arguments object (gtag.js takes nothing else)
 * flat       into an array, its words one by one
 * method     by the method of that name once there is one, until then into an array, as an array
 * function   by a function that we may put there, with a queue `q` of arguments objects
 * snippet    by a function that only the vendor's own snippet may put there, because it loads nothing where it finds one; once it has,
 *            what we have to say goes to the front of its `queue`: before the snippet's own "init"
 */
export type Manner = 'arguments' | 'flat' | 'method' | 'function' | 'snippet'

/** A call: words, and in them `$state` (every field), `$<option>` for an option of the site's. */
export type Call = readonly unknown[]

export interface Vendor {
  readonly global: string
  readonly manner: Manner
  /** Fields that are granted or denied. The first `needed` are told whether or not the site maps them: denied then. */
  readonly fields: readonly string[]
  readonly needed: number
  /** Options of the site's by name, and what holds where it gives none. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Said first of all, with every field denied. */
  readonly first: readonly Call[]
  /** Said when there is a decision, and at each that differs. */
  readonly update?: readonly Call[]
  /** For those with one field: said when it is granted, when it is not. */
  readonly granted?: readonly Call[]
  readonly denied?: readonly Call[]
  /** Said at once under a regime of the option `ldu`, by whether the field is granted. */
  readonly limited?: { readonly on: readonly Call[]; readonly off: readonly Call[] }
}

export const VENDORS: Readonly<Record<string, Vendor>> = {
  // Google, consent mode v2: developers.google.com/tag-platform/security/guides/consent. wait_for_update and region go into the default.
  google: {
    global: 'dataLayer',
    manner: 'arguments',
    fields: ['ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage', 'functionality_storage', 'personalization_storage', 'security_storage'],
    needed: 4,
    options: { wait_for_update: undefined, region: undefined, ads_data_redaction: true, url_passthrough: false },
    first: [['set', 'ads_data_redaction', '$ads_data_redaction'], ['set', 'url_passthrough', '$url_passthrough'], ['consent', 'default', '$state']],
    update: [['consent', 'update', '$state']],
  },
  // Microsoft Advertising: help.ads.microsoft.com, "UET consent mode".
  uet: { global: 'uetq', manner: 'flat', fields: ['ad_storage'], needed: 1, first: [['consent', 'default', '$state']], update: [['consent', 'update', '$state']] },
  // Microsoft Clarity, consent API v2: learn.microsoft.com/clarity. Capital S is theirs.
  clarity: {
    global: 'clarity', manner: 'function', fields: ['ad_Storage', 'analytics_Storage'], needed: 2,
    first: [['consentv2', '$state']], update: [['consentv2', '$state']],
  },
  // Meta: developers.facebook.com/docs/meta-pixel, "GDPR" and "Data Processing Options" (Limited Data Use, United States).
  meta: {
    global: 'fbq', manner: 'snippet', fields: ['consent'], needed: 1, options: { ldu: [], country: 0, us_state: 0 },
    first: [['consent', 'revoke']], granted: [['consent', 'grant']], denied: [['consent', 'revoke']],
    limited: { on: [['dataProcessingOptions', ['LDU'], '$country', '$us_state']], off: [['dataProcessingOptions', []]] },
  },
  // TikTok: ads.tiktok.com/help, "cookie consent".
  tiktok: { global: 'ttq', manner: 'method', fields: ['consent'], needed: 1, first: [['holdConsent']], granted: [['grantConsent']], denied: [['revokeConsent']] },
  // Pinterest: help.pinterest.com/business, "Install the Pinterest tag", user consent.
  pinterest: { global: 'pintrk', manner: 'snippet', fields: ['consent'], needed: 1, first: [['setconsent', false]], granted: [['setconsent', true]], denied: [['setconsent', false]] },
  // LinkedIn publishes no call for its Insight Tag: nothing is said, and the gate alone holds it.
  linkedin: { global: 'lintrk', manner: 'function', fields: ['consent'], needed: 1, first: [] },
}
