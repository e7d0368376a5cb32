// Keys of mail tokens. HMAC-SHA256 is WebCrypto's; in Node it is OpenSSL's at once, where WebCrypto would go through the pool of
// threads for two microseconds of work.
import { TokenError, type MailGate, type Token } from './mail-gate.js'

const MAC_BYTES = 16
const MIN_SECRET_BYTES = 32
const FORM = /^(\d{1,3}):((?:[0-9a-fA-F]{2})*)$/

/** The environment variable that holds the keys: `id:hexadecimal[,id:hexadecimal…]`. The first signs, all verify. */
export const MAIL_KEYS_VARIABLE = 'METROFAX_MAIL_KEYS'

type Bytes = Uint8Array<ArrayBuffer>
type Hmac = (body: Bytes) => Promise<Bytes> | Bytes

interface NodeCrypto {
  createSecretKey(secret: Uint8Array): unknown
  createHmac(hash: string, key: unknown): { update(data: Uint8Array): { digest(): Bytes } }
}

/** node:crypto where there is one, without an import that an edge would have to resolve (Node 20.16 and newer). */
const nodeCrypto = (globalThis as { process?: { getBuiltinModule?: (id: string) => NodeCrypto | undefined } }).process?.getBuiltinModule?.('node:crypto')

/** HMAC-SHA256 under one secret. */
async function hmacOf(secret: Bytes): Promise<Hmac> {
  if (nodeCrypto) {
    const key = nodeCrypto.createSecretKey(secret)
    return (body) => nodeCrypto.createHmac('sha256', key).update(body).digest()
  }
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return async (body) => new Uint8Array(await crypto.subtle.sign('HMAC', key, body))
}

/** The keys of a sender, for signing and verifying (E6). */
export class KeyRing {
  private constructor(
    private readonly keys: ReadonlyMap<number, Hmac>,
    /** The id of the key that signs. */
    readonly signing: number,
  ) {}

  /**
   * Reads keys, usually from the environment. Throws an Error that says what is wrong and never shows a secret; without any
   * key too: nothing is signed with nothing.
   */
  static async read(text: string | undefined): Promise<KeyRing> {
    if (!text) throw new Error(`${MAIL_KEYS_VARIABLE} is not set: without a key no token is issued`)
    const keys = new Map<number, Hmac>()
    let signing: number | undefined
    for (const [index, entry] of text.split(',').entries()) {
      const which = `${MAIL_KEYS_VARIABLE}: key ${index + 1}`
      const match = FORM.exec(entry)
      const id = Number(match?.[1])
      if (!match || id > 255) throw new Error(`${which} is not of the form id:hexadecimal, id from 0 to 255`)
      const secret = Uint8Array.from((match[2] ?? '').match(/../g) ?? [], (byte) => parseInt(byte, 16))
      if (secret.length < MIN_SECRET_BYTES) throw new Error(`${which} is shorter than 32 bytes`)
      if (keys.has(id)) throw new Error(`${which} has an id that another one has`)
      keys.set(id, await hmacOf(secret))
      signing ??= id
    }
    return new KeyRing(keys, signing!)
  }

  /** The first 128 bits of HMAC-SHA256 under the signing key. */
  async sign(body: Bytes): Promise<Bytes> {
    return (await this.keys.get(this.signing)!(body)).subarray(0, MAC_BYTES)
  }

  /** Whether a MAC is right. The time does not tell where it goes wrong, nor whether the key is known. */
  async verify(id: number, body: Bytes, mac: Uint8Array): Promise<boolean> {
    const key = this.keys.get(id)
    const right = await (key ?? this.keys.get(this.signing)!)(body)
    let difference = key ? 0 : 1
    for (let i = 0; i < MAC_BYTES; ++i) difference |= right[i]! ^ (mac[i] ?? 0)
    return difference === 0
  }
}

/** Signs a token: its text. Throws TokenError for what nobody may issue. */
export async function issueToken(gate: MailGate, keys: KeyRing, token: Token): Promise<string> {
  const body = gate.packToken_(token, keys.signing)
  return gate.spellToken_(body, await keys.sign(body))
}

/** Reads a token: the MAC before anything else. Throws TokenError (token_forged, token_expired, …). now: unix seconds. */
export async function readToken(gate: MailGate, keys: KeyRing, text: string, now: number): Promise<Token> {
  const { body, mac, key } = gate.splitToken_(text)
  if (!(await keys.verify(key, body, mac))) throw new TokenError('token_forged', 0)
  const token = gate.unpackToken_(body)
  if (now > token.expires) throw new TokenError('token_expired', 4)
  return token
}

/** A fresh random id of a mail, 32 hexadecimal digits. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
