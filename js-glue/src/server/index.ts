// @metrofax/consent/server: handlers of the Fetch API, the same under Node and at the edge.
export { createAccessLog, type AccessLog, type AccessLogOptions } from './access-log.js'
export {
  createCookieControl,
  type AskedOfServer,
  type CookieControl,
  type CookieControlOptions,
  type InventoryEntry,
  type Judged,
  type KnownOfVisitor,
  type SweepRequest,
} from './cookies.js'
export { consentRoutes, type ConsentRoutesOptions, type Receipt } from './consent-routes.js'
export { createHandler, type Execution, type Handler, type HandlerOptions, type Route, type RouteContext } from './handler.js'
export type { CspOptions } from './csp.js'
export type { Facts } from './desk.js'
export type { Place, PlaceOptions } from './place.js'
export { createProtection, type Protect, type ProtectionOptions } from './protection.js'
export { createStaticProtection, type ProtectStatic, type StaticOptions } from './static.js'
export { HttpError, problem, type Problem } from './problem.js'
export { createOperators, type OperatorOptions, type Operators, type OperatorSession, type SignedIn } from './operator.js'
