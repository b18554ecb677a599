import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashToken, makeToken, showToken, tokenLooksReal } from './tokens.ts'

describe('makeToken', () => {
  it('gives the prefix, the kind, 30 random characters and 6 of checksum', () => {
    expect(makeToken('hook')).toMatch(/^sbx_hook_[0-9A-Za-z]{36}$/)
  })

  it('never gives the same token twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeToken('hook'))).size).toBe(1_000)
  })

  it('draws every digit about equally often', () => {
    const seen = new Map<string, number>()
    for (let i = 0; i < 2_000; i++) {
      for (const c of makeToken('hook').slice(9, 39)) seen.set(c, (seen.get(c) ?? 0) + 1)
    }
    const expected = (2_000 * 30) / 62
    expect(seen.size).toBe(62)
    expect(Math.max(...seen.values())).toBeLessThan(expected * 1.25)
    expect(Math.min(...seen.values())).toBeGreaterThan(expected * 0.75)
  })

  it.each(['', 'Hook', 'a_b', 'x'.repeat(17)])('refuses %j as a kind', (kind) => {
    expect(() => makeToken(kind)).toThrow('not a kind of token')
  })
})

describe('tokenLooksReal', () => {
  it('knows a token of ours, and not one with a changed character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 35 }), fc.constantFrom(...'0Az9'), (at, c) => {
        const token = makeToken('hook')
        const i = 'sbx_hook_'.length + at
        const changed = token.slice(0, i) + c + token.slice(i + 1)
        expect(tokenLooksReal(token)).toBe(true)
        expect(tokenLooksReal(changed)).toBe(changed === token)
      }),
    )
  })

  it.each(['', 'changeme-token', `sbx_hook_${'0'.repeat(36)}`, ` ${makeToken('hook')}`])(
    'refuses %j',
    (text) => {
      expect(tokenLooksReal(text)).toBe(false)
    },
  )
})

it('hashes a token with SHA-256', () => {
  expect(hashToken('abc').toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

describe('showToken', () => {
  it.each([
    [`sbx_hook_${'a'.repeat(32)}WXYZ`, 'sbx_hook_…WXYZ'],
    ['a-token-of-somebody-else-1234', '…1234'],
    ['short', '…'],
    ['sbx_hook_short', 'sbx_hook_…'],
  ])('shows %s as %s', (token, shown) => {
    expect(showToken(token)).toBe(shown)
  })
})
