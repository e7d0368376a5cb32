/** A consent record's text with its sum behind it, as the core writes one (core/consent/record.h): FNV-1a, 32 bits. @param {string} text */
export function sealed(text) {
  let sum = 0x811c9dc5;
  for (const c of text) sum = Math.imul(sum ^ c.charCodeAt(0), 0x01000193) >>> 0;
  return `${text}~${sum.toString(16)}`;
}
