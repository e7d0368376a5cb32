// @metrofax/consent: the runtime of consent.js for pages that are bundled. Import it before anything else, so that it is
// first to run. ui.js, gate.asmjs.js and the notices are looked for beside the page.
import './browser/main.js'

/** The same object as `window.metrofaxConsent` (interface.md, "In the page"). */
export const consent = window.metrofaxConsent
