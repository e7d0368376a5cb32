// The vectors of tests/vectors: one JSON object a line, {"id", "tags", "request", "answer"}. A request that is an object and
// brings no "id" of its own is asked under the vector's; the answer carries none, the id is added to it. An error answer
// without "message" promises the code alone.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import canonicalize from 'canonicalize';

/** @typedef {{ id: string, tags: string[], request: any, answer: any, file: string, line: string, expected: string }} Vector
 * line: the request as sent; expected: the canonical bytes of the answer */

/** Whether these bytes are the vector's answer. @param {Vector} vector @param {string | undefined} bytes */
export function isAnswer(vector, bytes) {
  if (bytes === vector.expected) return true;
  if (bytes === undefined || vector.answer.ok !== false || 'message' in vector.answer) return false;
  const { message: _message, at: _at, ...rest } = JSON.parse(bytes);
  return canonicalize(rest) === vector.expected;
}

export const folder = fileURLToPath(new URL('../vectors/', import.meta.url));

/** Every vector of every file, in the files' order. @param {RegExp} [files] @returns {Vector[]} */
export function loadVectors(files = /\.jsonl$/) {
  return readdirSync(folder).filter((file) => files.test(file)).sort().flatMap((file) => {
    const lines = readFileSync(folder + file, 'utf8').trimEnd().split('\n');
    return lines.map((line) => vectorOf(JSON.parse(line), file));
  });
}

/** @param {any} parsed @param {string} file @returns {Vector} */
function vectorOf(parsed, file) {
  const { id, tags, request, answer } = parsed;
  const isObject = typeof request === 'object' && request !== null && !Array.isArray(request);
  const asked = isObject && !Object.hasOwn(request, 'id') ? { ...request, id } : request;
  const expected = canonicalize({ ...answer, id: isObject ? asked.id : null }) ?? '';
  return { id, tags, request, answer, file, line: JSON.stringify(asked), expected };
}
