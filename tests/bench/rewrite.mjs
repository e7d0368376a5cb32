// What protecting a page costs: HTML throughput and time to the first byte, against html-rewriter-wasm that changes nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fromRoot } from './paths.mjs';
import { median } from './stats.mjs';

const PIECE = `<article class="post"><h2><a href="/a?b=1&amp;c=2">A heading</a></h2><p>Some text of a page, as pages have it, with <em>words</em> in between and a <a href="https://elsewhere.example/">link</a>.</p>
<img src="/pictures/one.jpg" alt="" width="640" height="480" loading="lazy"><ul><li>one</li><li>two</li><li>three</li></ul></article>\n`;
const EMBED = '<script src="https://www.google-analytics.com/ga.js"></script><iframe src="https://www.youtube.com/embed/x"></iframe>\n';
const HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><script src="/consent.js"></script><title>x</title><link rel="stylesheet" href="/site.css"></head><body>\n';

/** A page of about `bytes`, one part in ten of which is somebody else's. @param {number} bytes */
function pageOf(bytes) {
  let page = HEAD;
  for (let i = 0; page.length < bytes; ++i) page += i % 10 === 0 ? EMBED : PIECE;
  return new TextEncoder().encode(page);
}

/** @param {Uint8Array} page */
const stream = (page) => new ReadableStream({
  start(controller) {
    for (let at = 0; at < page.length; at += 16384) controller.enqueue(page.subarray(at, at + 16384));
    controller.close();
  },
});

/** Milliseconds to the first byte and to the last. @param {(page: Uint8Array) => Promise<ReadableStream<Uint8Array>>} work @param {Uint8Array} page */
async function timed(work, page) {
  const start = performance.now();
  const reader = (await work(page)).getReader();
  await reader.read();
  const first = performance.now() - start;
  while (!(await reader.read()).done) { /* to its end */ }
  return { first, last: performance.now() - start };
}

/** @param {{ rounds: number }} options */
export async function benchRewrite({ rounds }) {
  const { createProtection } = await import(fromRoot('js-glue/dist/server.js'));
  const { HTMLRewriter } = createRequire(import.meta.url)(fromRoot('js-glue/dist/rewriter/html_rewriter.js'));
  const protect = createProtection({ policy: readFileSync(fromRoot('js-glue/dist/policy.bin')) });
  /** @type {Record<string, (page: Uint8Array) => Promise<ReadableStream<Uint8Array>>>} */
  const contestants = {
    'html-rewriter-wasm, no handler': async (page) => {
      const reader = stream(page).getReader();
      /** @type {Uint8Array[]} */
      let out = [];
      const rewriter = new HTMLRewriter((/** @type {Uint8Array} */ chunk) => out.push(chunk));
      return new ReadableStream({
        async pull(controller) {
          const { done, value } = await reader.read();
          await (done ? rewriter.end() : rewriter.write(value));
          for (const chunk of out) if (chunk.length > 0) controller.enqueue(chunk);
          out = [];
          if (!done) return;
          rewriter.free();
          controller.close();
        },
      }, { highWaterMark: 0 });
    },
    'protect()': async (page) => (await protect(new Request('https://www.metrofax.com/'), new Response(stream(page), { headers: { 'content-type': 'text/html; charset=utf-8' } }))).body,
  };
  /** @type {Record<string, object>} */
  const results = {};
  for (const [size, bytes] of /** @type {const} */ ([['100 KB', 100_000], ['2 MB', 2_000_000]])) {
    const page = pageOf(bytes);
    /** @type {Record<string, { first: number, last: number }[]>} */
    const times = {};
    for (let round = 0; round <= rounds; ++round) {
      for (const [name, work] of Object.entries(contestants)) {
        const time = await timed(work, page);
        if (round > 0) (times[name] ??= []).push(time);
      }
    }
    const rows = Object.entries(times).map(([name, list]) => {
      const [first, last] = [median(list.map((one) => one.first)), median(list.map((one) => one.last))];
      return { page: size, name, 'first byte, ms': Number(first.toFixed(2)), 'MB/s': Number((page.length / 1000 / last).toFixed(1)) };
    });
    console.table(rows);
    results[size] = rows;
  }
  return { rewrite: results };
}
