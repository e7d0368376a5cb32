// What questions in JSON need beyond a page's: places by name, and the US Privacy String.
import { Gate } from './gate.js'

export class JsonGate extends Gate {
  /** The regime of a place (W7): ISO 3166 country, and the region behind the hyphen; both may be empty. */
  regimeOf_(country: string, region: string): number {
    const length = this.put_(country, this.text_, 3)
    return this.x_.regime_of(length, this.put_(region, this.text_ + length, 4))
  }

  /** The Tri of a US Privacy String; 3 if it cannot be read. */
  usp_(text: string): number {
    return this.x_.read_usp(this.put_(text, this.text_, 5))
  }
}
