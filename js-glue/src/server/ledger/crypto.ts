// SHA-256, HMAC and Ed25519, by WebCrypto: the same in Node and at the edge.

const encoder = new TextEncoder()

export const hex = (bytes: ArrayBuffer | Uint8Array): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

export const sha256 = async (text: string): Promise<string> => hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)))

/** HMAC-SHA-256 of a text under a salt in hexadecimal, in hexadecimal. */
export async function salted(salt: string, text: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', fromHex(salt), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
}

/** The bytes inside a PEM block of this label. Throws where there is none. */
function derOf(pem: string, label: string): Uint8Array<ArrayBuffer> {
  const found = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(pem)
  if (!found?.[1]) throw new TypeError(`expected a PEM block "${label}"`)
  return Uint8Array.from(atob(found[1].replace(/\s+/g, '')), (c) => c.charCodeAt(0))
}

/** The first 16 hexadecimal digits of the SHA-256 of a public key (SPKI, DER): how seals and receipts name it. */
const idOf = async (spki: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> => hex(await crypto.subtle.digest('SHA-256', spki)).slice(0, 16)

/** A public Ed25519 key (RFC 8032). */
export class VerifyingKey {
  private constructor(
    readonly id: string,
    private readonly key: CryptoKey,
  ) {}

  /** @param pem "PUBLIC KEY" (SPKI). Throws TypeError or DataError on anything else. */
  static async read(pem: string): Promise<VerifyingKey> {
    const der = derOf(pem, 'PUBLIC KEY')
    return new VerifyingKey(await idOf(der), await crypto.subtle.importKey('spki', der, 'Ed25519', true, ['verify']))
  }

  async verify(text: string, signature: string): Promise<boolean> {
    if (!/^[0-9a-f]{128}$/.test(signature)) return false
    return crypto.subtle.verify('Ed25519', this.key, fromHex(signature), encoder.encode(text))
  }
}

/** A private Ed25519 key. */
export class SigningKey {
  private constructor(
    readonly id: string,
    private readonly key: CryptoKey,
  ) {}

  /** @param pem "PRIVATE KEY" (PKCS #8), from the environment or a file, never from the repository. */
  static async read(pem: string): Promise<SigningKey> {
    const key = await crypto.subtle.importKey('pkcs8', derOf(pem, 'PRIVATE KEY'), 'Ed25519', true, ['sign'])
    const { x } = await crypto.subtle.exportKey('jwk', key)
    const pub = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', ...(x === undefined ? {} : { x }) }, 'Ed25519', true, ['verify'])
    return new SigningKey(await idOf(await crypto.subtle.exportKey('spki', pub)), key)
  }

  /** 128 hexadecimal digits. */
  async sign(text: string): Promise<string> {
    return hex(await crypto.subtle.sign('Ed25519', this.key, encoder.encode(text)))
  }
}
