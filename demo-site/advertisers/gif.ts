/** A transparent picture of one pixel: the clear GIF of the policy, 43 bytes. */
export const clearGif = new Uint8Array(
  Buffer.from('47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b', 'hex'),
);

/** Headers every advertiser sends with its clear GIF: never from a cache, or it would not count. */
export const gifHeaders = { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store, max-age=0' } as const;
