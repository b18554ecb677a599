/**
 * Makes and recognises tokens: `sbx_<kind>_` + 30 random base62 characters + 6 of CRC32, so that a leak is
 * found by a pattern and a typing error is told from a wrong key without a look-up.
 */
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_LENGTH = 30
const CHECK_LENGTH = 6
const SHAPE = /^sbx_[a-z]{1,16}_[0-9A-Za-z]{36}$/
/** The largest multiple of 62 in a byte: what lies above would favour the first digits. */
const FAIR_BYTES = 248

/** A new token with 178 bits of chance; `kind` is a short lower-case word (`hook`, `admin`). */
export function makeToken(kind: string): string {
  if (!/^[a-z]{1,16}$/.test(kind)) throw new Error(`not a kind of token: ${kind}`)
  const head = `sbx_${kind}_${randomBase62(RANDOM_LENGTH)}`
  return head + checkOf(head)
}

/** Whether text has the form and the checksum of a token of ours; says nothing of whether it is in force. */
export function tokenLooksReal(text: string): boolean {
  return SHAPE.test(text) && checkOf(text.slice(0, -CHECK_LENGTH)) === text.slice(-CHECK_LENGTH)
}

/**
 * SHA-256 of a token, the form it is stored and looked up in; enough for secrets of 128 random bits and more.
 */
export const hashToken = (text: string): Buffer => createHash('sha256').update(text).digest()

/** What of a token may be shown afterwards: its prefix and its last four characters. */
export function showToken(text: string): string {
  const prefix = /^sbx_[a-z]{1,16}_/.exec(text)?.[0] ?? ''
  return text.length >= prefix.length + 16 ? `${prefix}…${text.slice(-4)}` : `${prefix}…`
}

function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < FAIR_BYTES && text.length < length) text += DIGITS[byte % 62]
    }
  }
  return text
}

function checkOf(head: string): string {
  let rest = crc32(head)
  let text = ''
  for (let i = 0; i < CHECK_LENGTH; i++) {
    text = DIGITS[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
