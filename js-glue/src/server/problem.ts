// Errors of our own routes, as RFC 9457 has them.

/** The members of a problem that a caller may rely on. `type` is about:blank: the status says what kind it is (RFC 9457 §4.2.1). */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  /** What was wrong with this very request, for the person who reads it. */
  readonly detail?: string
  /** Where in the input, when that is known: a JSON pointer or a name. */
  readonly at?: string
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** Throw it in a route: the handler answers with its problem. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly at?: string,
    readonly headers?: Readonly<Record<string, string>>,
  ) {
    super(detail)
  }

  /** Whether something thrown is one, of this copy of the class or of another part's of the package. */
  static is(error: unknown): error is HttpError {
    return error instanceof Error && 'status' in error && 'detail' in error
  }
}

/** An answer of type application/problem+json that no cache keeps and no browser takes for a page. */
export function problem(status: number, detail?: string, at?: string, headers?: HeadersInit): Response {
  const body: Problem = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(at === undefined ? {} : { at }),
  }
  const answer = new Response(JSON.stringify(body), { status, headers: headers ?? {} })
  answer.headers.set('Content-Type', 'application/problem+json')
  answer.headers.set('Cache-Control', 'no-store')
  answer.headers.set('X-Content-Type-Options', 'nosniff')
  return answer
}
