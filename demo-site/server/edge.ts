// The demo through workerd: the SDK's protect() runs at the edge, in front of the site, as they would on Cloudflare Workers. The site
// and its advertisers stay in this process; the worker reaches the site through a binding.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Miniflare, Response as EdgeResponse, type Request as EdgeRequest } from 'miniflare';
import { PortInUse } from './listen.js';

/** What the worker is made of: the SDK's own files, and this. */
const worker = `
import { createProtection } from './server.workerd.js'
import policy from './policy.bin'

const bytes = new Uint8Array(policy)
// Nobody is anywhere on a machine of one's own: like the demo under Node, the strict regime unless the address says otherwise.
const facts = (request) => ({ regime: new URL(request.url).searchParams.get('regime') ?? undefined })
const note = (error) => console.error(error)
const protect = createProtection({ policy: bytes, facts, note })

export default {
  async fetch(request, env) {
    return protect(request, await env.SITE.fetch(request))
  },
}
`;

/** The site behind the edge. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves `site` on `port` through workerd. @throws PortInUse */
export async function startEdge(port: number, site: Fetch, sdk: string): Promise<{ close(): Promise<void> }> {
  const module = async (type: 'ESModule' | 'CompiledWasm' | 'Data', name: string) => ({ type, path: name, contents: await readFile(join(sdk, name)) }) as const;
  const edge = new Miniflare({
    host: '127.0.0.1',
    port,
    compatibilityDate: '2026-01-01',
    cf: false,
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: worker },
      await module('ESModule', 'server.workerd.js'),
      await module('CompiledWasm', 'server.wasm'),
      await module('Data', 'policy.bin'),
    ],
    serviceBindings: {
      // Two implementations of the Fetch API meet here; what crosses is what both have.
      async SITE(request: EdgeRequest): Promise<EdgeResponse> {
        const { method, url, headers } = request;
        const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer();
        const answer = await site(new Request(url, { method, headers: [...headers], body, redirect: 'manual' }));
        return new EdgeResponse(answer.body as never, { status: answer.status, headers: [...answer.headers] as [string, string][] });
      },
    },
  });
  try {
    await edge.ready;
  } catch (error) {
    await edge.dispose().catch(() => undefined);
    if (/EADDRINUSE|already in use/i.test(String(error))) throw new PortInUse(port);
    throw error;
  }
  return { close: () => edge.dispose() };
}
