// What questions in JSON need beyond a page's: places by name, and consent strings.
import * as at from '../gen/layout.js'
import { type Tri } from '../gen/metrofax/consent/fb/tri.js'
import { Gate } from './gate.js'

export class JsonGate extends Gate {
  /** The module's memory. */
  readonly view_ = new DataView(this.bytes_.buffer)

  /** The regime of a place (W7): ISO 3166 country, and the region behind the hyphen; both may be empty. */
  regimeOf_(country: string, region: string): number {
    const length = this.put_(country, this.text_, 3)
    return this.x_.regime_of(length, this.put_(region, this.text_ + length, 4))
  }

  /** What a string says: a Tri, 3 if it cannot be read. which: 0 US Privacy, 1 GPP, 2 TCF, 3 Sec-GPC, 4 DNT (wasm/boundary.cpp). */
  signal_(which: number, text: string): number {
    return this.x_.read_signal(which, this.put_(text, this.text_, at.MAX_KEY_UNITS))
  }

  /** What the header Sec-GPC or DNT says; null: it is not there. */
  header_(which: 'gpc' | 'dnt', header: string | null): Tri {
    return this.signal_(which === 'gpc' ? 3 : 4, header ?? '')
  }
}
