/** What the command line of demo-site/run asks for. */
export interface Options {
  /** The site's port; the advertisers take the three ports after it. */
  readonly port: number;
  /** Start, probe every page and every advertiser, stop. */
  readonly check: boolean;
  /** Under the version of the policy to come (policy/next.mjs) instead of the one in force. */
  readonly next: boolean;
  /** Serve through workerd instead of Node. */
  readonly edge: boolean;
}

/** The text of --help. */
export const usage = 'usage: demo-site/run [--port 8080] [--policy next] [--edge] [--check]';

/**
 * Reads the arguments after the program's name.
 * @returns the options, or a sentence that says what is wrong with them; an unknown argument is an error.
 */
export function parseArguments(args: readonly string[]): Options | string {
  let port = 8080;
  let check = false;
  let edge = false;
  let next = false;
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = (args[i] ?? '').split('=', 2);
    if (name === '--check' && inline === undefined) check = true;
    else if (name === '--edge' && inline === undefined) edge = true;
    else if (name === '--policy') {
      const text = inline ?? args[++i] ?? '';
      if (text !== 'next') return `--policy takes "next", not "${text}"`;
      next = true;
    } else if (name === '--port') {
      const text = inline ?? args[++i] ?? '';
      port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
      // Three more ports follow the site's, so the last usable one is 65535 - 3.
      if (!(port >= 1 && port <= 65532)) return `--port needs a number from 1 to 65532, not "${text}"`;
    } else return `unknown argument "${args[i]}"`;
  }
  return { port, check, edge, next };
}
