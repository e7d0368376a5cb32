// Cookie lines that questions are made of.

/**
 * The same line with a Max-Age of `seconds`, or for the session where that is 0. The last valid Max-Age counts, before any
 * Expires (RFC 6265bis 5.7), so one more is enough; for the session every attribute that could name a time goes. Whether the
 * result may be written is asked again: it is the core that reads it, not this.
 */
export const shortened = (line: string, seconds: number): string =>
  seconds ? `${line}; Max-Age=${String(seconds)}` : line.replace(/;[\t ]*(max-age|expires)[\t ]*(=[^;]*)?(?=;|$)/gi, '')

/**
 * A line that sets a cookie of this name, for asking whether it may be there: for the session, with what a prefix promises
 * (`__Secure-`, `__Host-`), without which no browser would have kept it. `more`: further attributes.
 */
export const lineOf = (name: string, more = ''): string => `${name}=1${name[0] === '_' && name[1] === '_' ? '; Path=/; Secure' : ''}${more}`
