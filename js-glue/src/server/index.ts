// @metrofax/consent/server: handlers of the Fetch API, the same under Node and at the edge.
export {
  createCookieControl,
  type CookieControl,
  type CookieControlOptions,
  type InventoryEntry,
  type Judged,
  type SweepRequest,
} from './cookies.js'
export { createHandler, type Handler, type HandlerOptions, type Route, type RouteContext } from './handler.js'
export { HttpError, problem, type Problem } from './problem.js'
