import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context } from 'hono';

interface Asset {
  readonly bytes: Buffer;
  readonly modified: number;
  readonly hash: string;
  brotli?: Promise<Buffer>;
  gzip?: Promise<Buffer>;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  wasm: 'application/wasm',
  png: 'image/png',
  webm: 'video/webm',
};

/** A file name without folders, dots first, or anything a path could be made of. */
const plainName = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/**
 * Files of one folder, read once per version on disk and sent with type, ETag and compression.
 * Rebuilding a file is seen at the next request: no restart, and never an old consent runtime.
 */
export class AssetFolder {
  readonly #folder: string;
  readonly #known = new Map<string, Asset>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The asset's content hash, for addresses that change with the content; null when there is no such file. */
  async version(name: string): Promise<string | null> {
    return (await this.#load(name))?.hash ?? null;
  }

  /**
   * Answers with the file, 304 when the client has it, or null when there is none (the caller's 404).
   * @param immutable the address carries the content's hash, so a copy stays good for ever.
   */
  async respond(c: Context, name: string, immutable = false): Promise<Response | null> {
    const asset = await this.#load(name);
    const type = types[name.slice(name.lastIndexOf('.') + 1)];
    if (!asset || !type) return null;
    const headers = new Headers({
      'Content-Type': type,
      ETag: `"${asset.hash}"`,
      Vary: 'Accept-Encoding',
      'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache',
      // Frames in a sandbox and strict (COEP) pages load these too; there is nothing personal in them.
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    const known = c.req.header('if-none-match')?.split(/\s*,\s*/) ?? [];
    if (known.includes(`"${asset.hash}"`)) return new Response(null, { status: 304, headers });
    const { body, encoding } = await encode(asset, type, c.req.header('accept-encoding') ?? '');
    if (encoding) headers.set('Content-Encoding', encoding);
    headers.set('Content-Length', String(body.length));
    return new Response(c.req.method === 'HEAD' ? null : new Uint8Array(body), { headers });
  }

  async #load(name: string): Promise<Asset | null> {
    if (!plainName.test(name)) return null;
    const path = join(this.#folder, name);
    const info = await stat(path).catch(() => null);
    if (!info?.isFile()) return null;
    const known = this.#known.get(name);
    if (known && known.modified === info.mtimeMs) return known;
    const bytes = await readFile(path).catch(() => null);
    if (!bytes) return null;
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
    const asset: Asset = { bytes, hash, modified: info.mtimeMs };
    this.#known.set(name, asset);
    return asset;
  }
}

const brotliBest = (bytes: Buffer): Promise<Buffer> =>
  promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
const gzipBest = (bytes: Buffer): Promise<Buffer> => promisify(gzip)(bytes, { level: 9 });

/** The smallest form the client takes; compressed once per version. Short files and pictures go as they are. */
async function encode(asset: Asset, type: string, accept: string): Promise<{ body: Buffer; encoding: string | null }> {
  if (asset.bytes.length < 512 || !/^(text|application\/(json|wasm))|svg/.test(type)) {
    return { body: asset.bytes, encoding: null };
  }
  const takes = (name: string): boolean => new RegExp(`(^|[\\s,])${name}(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accept);
  if (takes('br')) return { body: await (asset.brotli ??= brotliBest(asset.bytes)), encoding: 'br' };
  if (takes('gzip')) return { body: await (asset.gzip ??= gzipBest(asset.bytes)), encoding: 'gzip' };
  return { body: asset.bytes, encoding: null };
}
