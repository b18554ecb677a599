/**
 * Standard Webhooks signatures (standardwebhooks.com, v1): HMAC-SHA256 over `id.timestamp.body`, base64, one per secret.
 * Ours rather than the `standardwebhooks` package because that hashes in JavaScript, ten times slower; the tests verify with it.
 */
import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

/** A signing secret (`whsec_` and base64); an old one still signs until it expires, so that a receiver can change over. */
export interface SigningSecret {
  secret: string
  expiresAtMs?: number
}

const PREFIX = 'whsec_'
const TOLERANCE_SEC = 300

/** A new secret of 32 random bytes. */
export const makeSigningSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`

/** The `webhook-signature` header: one `v1,…` for each secret in force, newest first. */
export function signatureHeader(
  secrets: readonly SigningSecret[],
  { id, timestampSec, body }: { id: string; timestampSec: number; body: string },
  nowMs: number,
): string {
  return secrets
    .filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs)
    .map(({ secret }) => `v1,${mac(secret, `${id}.${timestampSec}.${body}`)}`)
    .join(' ')
}

/** Whether any `v1` signature of the header is right and the timestamp lies within five minutes. Compares in constant time. */
export function verifySignature(
  secrets: readonly string[],
  headers: { id: string; timestamp: string; signature: string },
  body: string,
  nowMs: number,
): boolean {
  const timestampSec = Number(headers.timestamp)
  if (!/^\d{1,12}$/.test(headers.timestamp)) return false
  if (Math.abs(nowMs / 1000 - timestampSec) > TOLERANCE_SEC) return false
  const given = headers.signature
    .split(' ', 16)
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'))
  let verified = false
  for (const secret of secrets) {
    const right = Buffer.from(mac(secret, `${headers.id}.${headers.timestamp}.${body}`), 'base64')
    for (const one of given) if (one.length === right.length && timingSafeEqual(one, right)) verified = true
  }
  return verified
}

/** Making a key costs as much as using it once. */
const keys = new Map<string, KeyObject>()

function mac(secret: string, text: string): string {
  let key = keys.get(secret)
  if (key === undefined) {
    const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
    key = createSecretKey(Buffer.from(base64, 'base64'))
    if (keys.size > 1_000) keys.clear()
    keys.set(secret, key)
  }
  return createHmac('sha256', key).update(text).digest('base64')
}
