import { existsSync, readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { makeSigningSecret, signatureHeader, verifySignature } from './standard-webhooks.ts'

const VECTORS = '../shared/data/signatures/standard-webhooks.json'
const atMs = 1_700_000_000_000
const signed = { id: 'msg_1', timestampSec: atMs / 1000, body: '{"ticker":"AAPL"}' }
const headersOf = (signature: string) => ({
  id: signed.id,
  timestamp: String(signed.timestampSec),
  signature,
})

describe('a signature', () => {
  it('is what the standard library makes', () => {
    const secret = makeSigningSecret()
    const theirs = new Webhook(secret).sign(signed.id, new Date(atMs), signed.body)
    expect(signatureHeader([{ secret }], signed, atMs)).toBe(theirs)
  })

  it('is verified under either secret while an old one still signs, and not under the old one after it', () => {
    const [fresh, old] = [makeSigningSecret(), makeSigningSecret()]
    const secrets = [{ secret: fresh }, { secret: old, expiresAtMs: atMs + 1 }]
    const both = headersOf(signatureHeader(secrets, signed, atMs))
    expect([fresh, old].map((one) => verifySignature([one], both, signed.body, atMs))).toEqual([true, true])
    const later = headersOf(signatureHeader(secrets, signed, atMs + 1))
    expect([fresh, old].map((one) => verifySignature([one], later, signed.body, atMs))).toEqual([true, false])
  })

  it.each([
    ['a body that was changed', { body: '{}' }],
    ['a timestamp more than five minutes away', { nowMs: atMs + 301_000 }],
    ['a timestamp that is no number', { timestamp: '1e9' }],
    ['an id that was changed', { id: 'msg_2' }],
  ] as const)('is refused for %s', (_title, change) => {
    const secret = makeSigningSecret()
    const headers = { ...headersOf(signatureHeader([{ secret }], signed, atMs)), ...change }
    const { body = signed.body, nowMs = atMs } = change as { body?: string; nowMs?: number }
    expect(verifySignature([secret], headers, body, nowMs)).toBe(false)
  })

  it.skipIf(!existsSync(VECTORS))('agrees with the vectors of the specification (shared data)', () => {
    interface Vector {
      secret: string
      id: string
      timestamp: number
      payload: string
      signature: string
      valid: boolean
    }
    const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[]
    for (const { secret, id, timestamp, payload, signature, valid } of vectors) {
      const headers = { id, timestamp: String(timestamp), signature }
      expect(verifySignature([secret], headers, payload, timestamp * 1000)).toBe(valid)
    }
  })
})
