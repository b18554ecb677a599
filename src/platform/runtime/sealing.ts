/**
 * Seals text so that only the holder of a key reads it: AES-256-GCM, `v1.<nonce>.<ciphertext and tag>` in
 * base64url. The key id is the first four bytes of the nonce field, so that a key can be replaced while old
 * seals still open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

export interface Sealer {
  /** Seals with the current key; the same text never gives the same seal twice. */
  seal(text: string): string
  /**
   * Gives the text back. Throws `SealError`, which never holds the content, when the key is not ours or a
   * byte was changed.
   */
  open(sealed: string): string
}

/** Why a seal did not open. */
export class SealError extends Error {
  readonly reason: 'malformed' | 'unknown-key' | 'tampered'

  constructor(reason: SealError['reason']) {
    super(MESSAGES[reason])
    this.name = 'SealError'
    this.reason = reason
  }
}

const MESSAGES = {
  malformed: 'this is no sealed text (expected v1.<nonce>.<ciphertext>)',
  'unknown-key':
    'this text was sealed with another key: SEAL_KEY or DATA_DIR/seal.key has changed; ' +
    'bring the old key back, or enter the secret again',
  tampered: 'this sealed text was changed or cut off since it was sealed; enter the secret again',
} as const

export const KEY_BYTES = 32
const ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SHAPE = /^v1\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22,})$/

/** Seals with `current`; opens what any of the keys has sealed. Keys are 32 bytes. */
export function createSealer(current: Buffer, ...old: readonly Buffer[]): Sealer {
  const keys = [current, ...old]
  for (const key of keys) {
    if (key.length !== KEY_BYTES) throw new Error(`a seal key has ${KEY_BYTES} bytes, not ${key.length}`)
  }
  const byId = new Map(keys.map((key) => [keyId(key).toString('hex'), key]))
  const currentId = keyId(current)
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const head = Buffer.concat([currentId, nonce])
      const cipher = createCipheriv('aes-256-gcm', current, nonce)
      cipher.setAAD(head)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${head.toString('base64url')}.${body.toString('base64url')}`
    },
    open(sealed) {
      const parts = SHAPE.exec(sealed)
      if (parts === null) throw new SealError('malformed')
      const head = Buffer.from(parts[1]!, 'base64url')
      const key = byId.get(head.subarray(0, ID_BYTES).toString('hex'))
      if (key === undefined) throw new SealError('unknown-key')
      return decrypt(key, head, Buffer.from(parts[2]!, 'base64url'))
    },
  }
}

function decrypt(key: Buffer, head: Buffer, body: Buffer): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(ID_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(head)
    decipher.setAuthTag(body.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    throw new SealError('tampered')
  }
}

/** Names a key without giving it away: the start of a hash of it. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('signalbox seal key id').update(key).digest().subarray(0, ID_BYTES)
}
