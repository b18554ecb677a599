import { describe, expect, it } from 'vitest'
import { afterAttempt } from './circuit.ts'
import type { Delivery } from './delivery.ts'
import { isExpired, settle, type Attempt } from './settle.ts'

const delivery: Delivery = {
  seq: 1,
  signalId: 's',
  destinationId: 'd',
  ticker: 'AAPL',
  side: 'buy',
  body: '{}',
  attempts: 0,
  dueAtMs: 0,
  maxAgeAtMs: 60_000,
  forced: false,
}
const failed: Attempt = {
  verdict: 'retry',
  outcome: 'receiver-error',
  startedAtMs: 0,
  latencyMs: 5,
  status: 500,
}
const at = { fence: 7, nowMs: 1_000, chance: 0 }
const settings = { retryDelaysMs: [1_000, 5_000] }

describe('an attempt', () => {
  it('that is retried comes back by the schedule, never before Retry-After', () => {
    const soon = settle(delivery, failed, settings, { ...at, chance: 0.999 })
    expect(soon).toMatchObject({ state: 'retry', attempts: 1 })
    expect(soon.retryAtMs).toBeGreaterThan(1_000)
    const asked = settle(delivery, { ...failed, retryAfterMs: 30_000 }, settings, at)
    expect(asked.retryAtMs).toBeGreaterThanOrEqual(31_000)
  })

  it('whose retry would come too late is expired, unless a person asked for it', () => {
    const late = { ...failed, retryAfterMs: 60_000 }
    expect(settle(delivery, late, settings, at).state).toBe('expired')
    expect(settle({ ...delivery, forced: true }, late, settings, at).state).toBe('retry')
    expect(isExpired({ ...delivery, forced: true }, 99_999)).toBe(false)
  })

  it('after the last of the schedule is dead, and says that the retries are exhausted', () => {
    expect(settle({ ...delivery, attempts: 1 }, failed, settings, at).state).toBe('retry')
    expect(settle({ ...delivery, attempts: 2 }, failed, settings, at)).toMatchObject({
      state: 'dead',
      outcome: 'retries-exhausted',
    })
  })

  it('keeps an excerpt that the database can store', () => {
    const result = settle(delivery, { ...failed, excerpt: `a\0b\ud800${'x'.repeat(2_000)}` }, settings, at)
    expect(result.excerpt).toHaveLength(999)
    expect(result.excerpt!.isWellFormed()).toBe(true)
  })
})

describe('a circuit', () => {
  it('opens after five failures in a row, for longer each time, and closes at the first success', () => {
    let state = { failures: 0, notBeforeMs: 0, failingSinceMs: null as number | null }
    for (let i = 0; i < 4; i++) state = afterAttempt(state, { failed: true }, 10)
    expect(state.notBeforeMs).toBe(0)
    state = afterAttempt(state, { failed: true }, 10)
    expect(state).toEqual({ failures: 5, notBeforeMs: 1_010, failingSinceMs: 10 })
    expect(afterAttempt(state, { failed: true }, 2_000).notBeforeMs).toBe(4_000)
    expect(afterAttempt(state, { failed: false }, 2_000).failures).toBe(0)
  })
})
