// The consent SDK on this server: the same core as in the page, from js-glue/dist.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { protectSite } from './protected.js';
import type { Kept } from './retention.js';
import type * as server from '@metrofax/consent/server';
import type { AccessLog, AccessLogOptions, CookieControl, CookieControlOptions, Handler, Protect } from '@metrofax/consent/server';

export type { CookieControl, Protect } from '@metrofax/consent/server';
export type Verdict = ReturnType<CookieControl['area']>;

/** What the SDK's notice says in words, as far as these pages need it. */
export interface Words extends Kept {
  /** Reason code of a verdict to a sentence. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Paths of this site that could have cookies of their own. */
const paths = ['/account', '/lab', '/sign-in', '/register'];

/** Loads the core from `sdk` (js-glue/dist). @throws with the file that is missing. */
export async function openConsent(sdk: string): Promise<{
  cookies: CookieControl;
  choices: Handler;
  protect: (note: (error: unknown) => void) => Protect;
  access: (options: Pick<AccessLogOptions, 'write' | 'client' | 'note'>) => AccessLog;
  words: Words;
}> {
  const module = async (name: string) => new WebAssembly.Module(await readFile(join(sdk, name)));
  const { consentRoutes, createAccessLog, createCookieControl, createHandler, createProtection } = (await import(pathToFileURL(join(sdk, 'server.js')).href)) as typeof server;
  const notice = JSON.parse(await readFile(join(sdk, 'notice.en.json'), 'utf8')) as Words & NonNullable<CookieControlOptions['notice']>;
  const policy = await readFile(join(sdk, 'policy.bin'));
  // As on the consent tag: the demo lets a visit say where it is from.
  const regime = (request: Request): string => new URL(request.url).searchParams.get('regime') ?? '';
  const cookies = createCookieControl({
    modules: { gate: await module('gate.wasm'), cookies: await module('cookies.wasm') },
    policy,
    regime,
    paths,
    notice,
  });
  // The visitor's choice without the runtime, as any site mounts it.
  const named = notice.purposes as readonly { readonly id: string; readonly name?: string }[];
  const names = Object.fromEntries(named.map(({ id, name }) => [id, name ?? id]));
  const choices = createHandler(consentRoutes({ policy, gpcSince: '2026-11-23', names, facts: (request) => ({ regime: regime(request) }) }));
  return {
    cookies, choices, words: notice,
    protect: (note) => protectSite(createProtection, { policy, note }),
    access: (options) => createAccessLog({ ...options, policy, facts: (request) => ({ regime: regime(request) }) }),
  };
}
