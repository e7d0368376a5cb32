// E10: one answer for every pixel there is or is not.

const HEX = '47494638396101000100f00000ffffff00000021f90400000000002c00000000010001000002024401003b'
const GIF = Uint8Array.from(HEX.match(/../g)!, (byte) => parseInt(byte, 16))

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'image/gif',
  'Content-Length': String(GIF.length),
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

/** The 43 bytes. */
export const gif = (): Response => new Response(GIF, { headers: HEADERS })
