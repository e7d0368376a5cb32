// Planes 1 and 2 of the demo: every answer of the site leaves through the SDK's protect(), in Node and at the edge, but for what is
// listed here by name.
import type { Protect, ProtectionOptions } from '@metrofax/consent/server';

type How = 'page' | 'without runtime' | 'file' | { readonly unprotected: string };

/** Beginnings of paths that are not protected as pages are, each with the reason. The first that fits counts. */
const exceptions: readonly (readonly [path: RegExp, how: How])[] = [
  [/^\/strict\//, { unprotected: 'shows the runtime alone, under policies that other sites send' }],
  [/^\/runtime-alone$/, { unprotected: 'shows the runtime alone, as on a host that serves files, without a policy from us' }],
  [/^\/outbox\/[^/]+\/mail$/, { unprotected: 'a mail as a mail program shows it, in a frame without scripts, under default-src none' }],
  [/^\/lab\/leave$/, { unprotected: 'sets on purpose what an older site could have left behind, to be seen going' }],
  // Files of the build, compressed and the same for everybody; the page that says that there is none is one like others.
  [/^\/(?:static\/|consent\/[\w.-]+\.\w+$|[\w.-]+\.(?:js|json|wasm|ico)$)/, 'file'],
  // Pages without a script of their own: whoever is there by a link from a mail, without scripts, or to
  // see everybody's records, is asked nothing.
  [/^\/(?:counsel(?:$|\/)|consent$|[bcut]\/)/, 'without runtime'],
];

/** How the answer to a request for `path` leaves. */
export const protectionOf = (path: string): How => exceptions.find(([pattern]) => pattern.test(path))?.[1] ?? 'page';

/** The demo's own protect(): as of the SDK, but that the path decides how. */
export function protectSite(create: (options: ProtectionOptions) => Protect, options: Pick<ProtectionOptions, 'policy' | 'note'>): Protect {
  // As on the consent tag: nobody is anywhere on a machine of one's own, so a visit may say where it is from.
  const facts = (request: Request) => ({ regime: new URL(request.url).searchParams.get('regime') ?? undefined });
  const pages = create({ ...options, facts });
  const quiet = create({ ...options, facts, script: null });
  return (request, answer) => {
    const how = protectionOf(new URL(request.url).pathname);
    if (how === 'without runtime') return quiet(request, answer);
    const isPage = how === 'page' || (how === 'file' && (answer.headers.get('content-type') ?? '').startsWith('text/html'));
    return isPage ? pages(request, answer) : Promise.resolve(answer);
  };
}
