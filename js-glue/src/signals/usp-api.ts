// __uspapi (IAB Tech Lab, US Privacy User Signal API 1): getUSPData.
import { type IabState } from './iab-state.js'
import { tell, type VersionedApi } from './stub.js'

/** US Privacy: version 1 is the only one; the string is the whole answer. */
export function uspApi(state: IabState): VersionedApi {
  return (command, version, callback) => {
    const now = state.current_
    const known = now !== null && command === 'getUSPData' && (version === undefined || version === null || Number(version) === 1)
    tell(callback, known ? { version: 1, uspString: now.usp } : null, known)
  }
}
