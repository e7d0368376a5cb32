// The mounted handler: the routes of the SDK in front of a site, Request in, Response out, the same in Node and at the edge.
import { Hono } from 'hono'

import { HttpError, problem } from './problem.js'

/** What an edge hands over beside a request: work that goes on when the answer is out. */
export interface Execution {
  waitUntil(work: Promise<unknown>): void
}

/** What a route gets. */
export interface RouteContext {
  readonly request: Request
  /** At the edge, where nothing lives on after the answer but what is told to it. */
  readonly execution?: Execution | undefined
  /** A part of the path by its name, percent-decoded; '' where the path has none of that name. */
  readonly param: (name: string) => string
}

/** One row of the route table. */
export interface Route {
  /** HEAD is answered by GET's handler. */
  readonly method: 'GET' | 'POST'
  /** Absolute path; `:name` takes one segment, `:name{regular expression}` what fits: '/b/:token{.+\\.gif}'. */
  readonly path: string
  /** Answers. An HttpError it throws becomes its problem, anything else a 500 that says nothing of the inside. */
  readonly handle: (context: RouteContext) => Response | Promise<Response>
}

export interface HandlerOptions {
  /** Where the table hangs, without a slash at its end: '/privacy'. Default: the root. */
  readonly base?: string
  /** Told of what a route threw that is no HttpError. */
  readonly note?: (error: unknown) => void
}

/** Answers a request that a route is there for, at once where the route does; null: nobody's path, the site goes on. */
export type Handler = (request: Request, execution?: Execution) => Response | null | Promise<Response | null>

/** Marks "no route has this path" on its way out of hono; never sent. */
const nobody = new Response(null, { status: 404 })

/**
 * Makes one handler of route tables. A path that a route has, asked with another method, is a 405 with Allow (RFC 9110
 * §15.5.6); errors are application/problem+json.
 */
export function createHandler(routes: readonly Route[], { base = '', note }: HandlerOptions = {}): Handler {
  const app = new Hono<{ Bindings: { execution: Execution | undefined } }>()
  const methods = new Map<string, Set<string>>()
  for (const { method, path, handle } of routes) {
    app.on(method, base + path, (context) => handle({ request: context.req.raw, execution: context.env.execution, param: (name) => context.req.param(name) ?? '' }))
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  // Asked only where no route fits: a request that one fits meets no second handler.
  const others = new Hono()
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has('GET') ? ['HEAD'] : [])].join(', ')
    others.all(base + path, () => problem(405, `This address answers ${allow}.`, undefined, { Allow: allow }))
  }
  others.notFound(() => nobody)
  app.notFound((context) => others.fetch(context.req.raw))
  app.onError((error) => {
    if (HttpError.is(error)) return problem(error.status, error.detail, error.at, error.headers)
    note?.(error)
    return problem(500, 'The request could not be answered.')
  })
  const settled = (answer: Response): Response | null => (answer === nobody ? null : answer)
  return (request, execution) => {
    const answer = app.fetch(request, { execution })
    return answer instanceof Promise ? answer.then(settled) : settled(answer)
  }
}
