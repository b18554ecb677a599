import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'
import { readResult } from './send.ts'

const answer = (status: number, headers: Record<string, string> = {}) =>
  readResult(
    { outcome: 'response', status, headers, excerpt: Buffer.from('x'), truncated: false, latencyMs: 1 },
    0,
    60_000,
  )

describe('an answer', () => {
  it.each([
    [200, 'delivered', 'delivered'],
    [204, 'delivered', 'delivered'],
    [302, 'final', 'redirected'],
    [400, 'final', 'rejected-by-receiver'],
    [404, 'final', 'rejected-by-receiver'],
    [408, 'retry', 'receiver-error'],
    [409, 'retry', 'receiver-error'],
    [410, 'final', 'gone'],
    [425, 'retry', 'receiver-error'],
    [429, 'retry', 'rate-limited'],
    [500, 'retry', 'receiver-error'],
    [503, 'retry', 'receiver-error'],
  ])('of %i is %s', (status, verdict, outcome) => {
    expect(answer(status)).toMatchObject({ verdict, outcome, status })
  })

  it('that asks to wait longer than the delivery lives is capped', () => {
    expect(answer(429, { 'retry-after': '7200' }).retryAfterMs).toBe(60_000)
  })

  it('that never came is tried again, and a refused address is not', () => {
    const unknown = readResult({ outcome: 'unknown', error: 'timeout', message: 'm', latencyMs: 5 }, 0, 1)
    expect(unknown).toMatchObject({ verdict: 'retry', outcome: 'timeout' })
    const refused = readResult({ outcome: 'refused', reason: 'private-address', message: 'm' }, 0, 1)
    expect(refused).toMatchObject({ verdict: 'final', outcome: 'address-refused' })
  })
})

it.each([
  ['seconds', '120', 120_000],
  ['a date', 'Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['a date that has passed', 'Wed, 31 Dec 1969 23:00:00 GMT', 0],
  ['nonsense', 'soon', undefined],
  ['nothing', undefined, undefined],
])('Retry-After reads %s', (_title, header, ms) => {
  expect(parseRetryAfter(header, 0)).toBe(ms)
})
