import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';

// 32 MiB and about a tenth of a second per guess; the parameters are in the hash, so they can grow later.
const cost = { N: 2 ** 15, r: 8, p: 1 };

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, { ...options, maxmem: 64 * 2 ** 20 }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** @returns `scrypt$N$r$p$salt$key`, salt and key in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

// Checked when an address has no account, so that the time of the answer does not tell which addresses have one.
let decoy: Promise<string> | undefined;

/** Whether the password fits the hash. Without a hash the same work is done and the answer is no. */
export async function passwordFits(password: string, hash: string | null): Promise<boolean> {
  const parts = (hash ?? (await (decoy ??= hashPassword(randomBytes(16).toString('hex'))))).split('$');
  const [kind, n, r, p, salt, key] = parts;
  if (kind !== 'scrypt' || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(n), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(expected, actual) && hash !== null;
}
