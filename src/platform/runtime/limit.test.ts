import fc from 'fast-check'
import { expect, it } from 'vitest'
import { spend, type LimitState } from './limit.ts'

const window = fc.record({
  permits: fc.integer({ min: 1, max: 50 }),
  windowMs: fc.integer({ min: 100, max: 60_000 }),
})
const asks = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 5_000 }), wanted: fc.integer({ min: 1, max: 20 }) }),
  {
    maxLength: 200,
  },
)

it('never lets more through in any sliding window than any of its windows allows', () => {
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), asks, (windows, steps) => {
      let state: LimitState = []
      let nowMs = 1_000_000
      const granted: number[] = []
      for (const { afterMs, wanted } of steps) {
        nowMs += afterMs
        const spending = spend(windows, state, nowMs, wanted)
        state = spending.state
        for (let i = 0; i < spending.granted; i++) granted.push(nowMs)
      }
      for (const { permits, windowMs } of windows) {
        for (const startMs of granted) {
          const inWindow = granted.filter((atMs) => atMs >= startMs && atMs < startMs + windowMs)
          expect(inWindow.length).toBeLessThanOrEqual(permits)
        }
      }
    }),
    { numRuns: 60 },
  )
})

it('gives all it has at once, and says when there is more', () => {
  const windows = [{ permits: 60, windowMs: 60_000 }]
  const first = spend(windows, [], 0, 100)
  expect(first).toMatchObject({ granted: 60, retryAfterMs: 62_000 })
  expect(spend(windows, first.state, 61_999, 1).granted).toBe(0)
  expect(spend(windows, first.state, 62_000, 100).granted).toBe(60)
})

it('never waits for nothing: what it says to wait brings at least one permit', () => {
  fc.assert(
    fc.property(
      window,
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 1, max: 100 }),
      (one, nowMs, wanted) => {
        const first = spend([one], [], nowMs, wanted + one.permits)
        const second = spend([one], first.state, nowMs + first.retryAfterMs, 1)
        expect(second.granted).toBe(1)
      },
    ),
    { numRuns: 2_000, examples: [[{ permits: 1, windowMs: 2487 }, 305_409_321, 1]] },
  )
})
