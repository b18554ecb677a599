import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSealer, SealError } from './sealing.ts'

const key = randomBytes(32)
const otherKey = randomBytes(32)

function reasonOf(open: () => string): unknown {
  try {
    return open()
  } catch (error) {
    return error instanceof SealError ? error.reason : error
  }
}

describe('a sealer', () => {
  it('gives back every text it sealed', () => {
    const sealer = createSealer(key)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sealer.open(sealer.seal(text))).toBe(text)
      }),
    )
  })

  it('seals the same text differently each time', () => {
    const sealer = createSealer(key)
    expect(sealer.seal('a secret')).not.toBe(sealer.seal('a secret'))
    expect(sealer.seal('a secret')).toMatch(/^v1\.[\w-]{22}\.[\w-]+$/)
  })

  it('opens with an old key what was sealed before the key was replaced, and seals with the new one', () => {
    const before = createSealer(key).seal('a secret')
    const after = createSealer(otherKey, key)
    expect(after.open(before)).toBe('a secret')
    expect(createSealer(otherKey).open(after.seal('a secret'))).toBe('a secret')
  })

  it('does not open what another key has sealed, and says nothing of the content', () => {
    const sealed = createSealer(key).seal('canary')
    const open = () => createSealer(otherKey).open(sealed)
    expect(reasonOf(open)).toBe('unknown-key')
    expect(open).toThrow(/^(?!.*canary).*SEAL_KEY/)
  })

  it('does not open a seal with any one character changed', () => {
    const sealer = createSealer(key)
    const sealed = sealer.seal('pay 100')
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'AZaz09_-.'), (at, c) => {
        const changed = sealed.slice(0, at) + c + sealed.slice(at + 1)
        // The last character of base64url may hold bits that stand for nothing.
        fc.pre(changed !== sealed && at < sealed.length - 1 && at !== 24)
        expect(['malformed', 'unknown-key', 'tampered']).toContain(reasonOf(() => sealer.open(changed)))
      }),
    )
  })

  it.each(['', 'plain text', 'v2.abc.def', 'v1..', 'v1.AAAAAAAAAAAAAAAAAAAAAA.'])(
    'calls %j no sealed text',
    (text) => {
      expect(reasonOf(() => createSealer(key).open(text))).toBe('malformed')
    },
  )

  it.each([0, 16, 31, 33])('refuses a key of %i bytes', (length) => {
    expect(() => createSealer(randomBytes(length))).toThrow('32 bytes')
  })
})
