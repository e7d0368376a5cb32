// Consent strings as bits and back: base64url, six bits a character, zeros behind the last one.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** @param {string} text */
export const bitsOf = (text) => [...text].map((character) => ALPHABET.indexOf(character).toString(2).padStart(6, '0')).join('');

/** @param {string} bits */
export const textOf = (bits) => (bits.match(/.{1,6}/g) ?? []).map((six) => ALPHABET[parseInt(six.padEnd(6, '0'), 2)]).join('');

/** Numbers one behind the other. @param {[value: number, bits: number][]} fields */
export const bitsOfFields = (fields) => fields.map(([value, bits]) => value.toString(2).padStart(bits, '0')).join('');
