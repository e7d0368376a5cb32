import type { Context } from 'hono';
import type { AssetFolder } from '../server/assets.js';

/** Answers a request with one of the advertisers' scripts or media. */
export type PublicFile = (c: Context, name: string) => Promise<Response>;

/** Files come from the folder the build copied them to; one that is missing is a 404, as on any server. */
export function filesFrom(folder: AssetFolder): PublicFile {
  return async (c, name) => (await folder.respond(c, name)) ?? c.text('no such file', 404);
}
