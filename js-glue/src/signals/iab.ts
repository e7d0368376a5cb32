// iab.js: IAB's page APIs (__tcfapi, __gpp, __uspapi) from the core's state. For sites that opt in:
//
//   <script src="/consent.js"></script>
//   <script src="/iab.js" data-config="/iab.json" data-codecs="/codecs.wasm"></script>
//
// Calls wait until gate, codecs and configuration are there; where one of them cannot be had, ping says "error" and every other call is
// told success = false. Nothing here grants: what a string says was asked of the gate, purpose by purpose and vendor by vendor.
import { idOf, table } from './codec-table.js'
import { Codecs, type CodecsExports } from './codecs.js'
import { ConfigError, readConfig, type IabConfig } from './iab-config.js'
import { IabState, type Surface } from './iab-state.js'
import { GppApiServer } from './gpp-api.js'
import { StringMaker, type ConsentSource } from './strings.js'
import { installStubs, type IabWindow } from './stub.js'
import { TcfApi } from './tcf-api.js'
import { uspApi } from './usp-api.js'

const script = document.currentScript as HTMLScriptElement | null
const beside = (file: string): string => new URL(file, script?.src ?? document.baseURI).href
const own = window as IabWindow & { metrofaxConsent?: ConsentSource }

/** Waits until the core speaks; a page without consent.js never gets there. */
function consentThere(): Promise<ConsentSource> {
  return new Promise((resolve, reject) => {
    const consent = own.metrofaxConsent
    if (!consent) reject(new ConfigError('consent.js has to stand before iab.js'))
    else if (consent.status === 'ready') resolve(consent)
    else document.addEventListener('metrofaxconsent:ready', () => resolve(consent), { once: true })
  })
}

async function answered(url: string): Promise<Response> {
  const response = await fetch(url)
  if (!response.ok) throw new ConfigError(`${url}: ${response.status}`)
  return response
}

/** Where the page's CSP forbids wasm the same module comes as JavaScript, from beside it: by import(), which takes this script's nonce. */
async function codecsThere(): Promise<Codecs> {
  const url = beside(script?.dataset['codecs'] ?? 'codecs.wasm')
  const bytes = await (await answered(url)).arrayBuffer()
  let exports: unknown
  try {
    exports = (await WebAssembly.instantiate(bytes, {})).instance.exports
  } catch {
    exports = await import(new URL('codecs.asmjs.js', url).href)
  }
  return new Codecs(exports as CodecsExports)
}

async function configThere(): Promise<IabConfig> {
  const response = await answered(beside(script?.dataset['config'] ?? 'iab.json'))
  return readConfig(await response.json())
}

/** Two letters for ConsentLanguage. */
const language = (): string => (/^[a-z]{2}/i.exec(document.documentElement.lang)?.[0] ?? 'en').toUpperCase()

/** GPP's ids of the sections that the configuration names. */
function sectionsOf(config: IabConfig): [id: number, prefix: string][] {
  const prefixes = [...new Set(Object.values(config.regimes))].filter((prefix) => prefix !== null)
  return prefixes.map((prefix): [number, string] => {
    if (!table(idOf(prefix))) throw new ConfigError(`iab configuration, /regimes: ${prefix} is no section that we write`)
    return [idOf(prefix), prefix]
  })
}

/** Takes over from the stub: its calls are answered in their order. */
function serve(state: IabState, sections: readonly [number, string][], vendorList?: string): void {
  const { __tcfapi: tcf, __gpp: gpp, __uspapi: usp } = own
  const queued = (of: unknown): unknown[][] => (Array.isArray(of) ? (of as unknown[][]) : [])
  const before = { tcf: queued(tcf?.()), gpp: queued(gpp?.queue ?? gpp?.()), usp: queued(usp?.a ?? usp?.()) }
  const serving = { tcf: new TcfApi(state, vendorList).call_, gpp: new GppApiServer(state, sections, gpp?.events, gpp?.lastId).call_, usp: uspApi(state) }
  own.__tcfapi = serving.tcf
  own.__gpp = serving.gpp
  own.__uspapi = serving.usp
  for (const api of ['tcf', 'gpp', 'usp'] as const) for (const call of before[api].splice(0)) serving[api](...call)
  state.begin_()
}

async function main(): Promise<void> {
  // What is shown meanwhile is not missed.
  const moves: [surface: Surface, shown: boolean][] = []
  let state: IabState | undefined
  for (const event of ['shown', 'hidden']) {
    document.addEventListener(`metrofaxconsent:${event}`, (happened) => {
      const surface = (happened as CustomEvent<Surface>).detail
      if (state) state.show_(surface, event === 'shown')
      else moves.push([surface, event === 'shown'])
    })
  }
  const showing = document.querySelector<HTMLElement & { shown?: Iterable<Surface> }>('metrofax-consent')?.shown ?? []
  for (const surface of showing) moves.push([surface, true])
  try {
    const [consent, config, codecs] = await Promise.all([consentThere(), configThere(), codecsThere()])
    const opening = new IabState(config.cmpId, config.cmpVersion)
    opening.open_(consent, new StringMaker(consent, codecs, config, language()))
    for (const [surface, shown] of moves) opening.show_(surface, shown)
    const sections = sectionsOf(config)
    state = opening
    const list = config.tcf?.vendorList
    serve(state, sections, list && beside(list))
  } catch (error) {
    state = new IabState(0, 0)
    state.fail_(error)
    serve(state, [])
  }
}

installStubs()
void main()
