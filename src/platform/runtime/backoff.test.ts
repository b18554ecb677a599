import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelayMs } from './backoff.ts'

const scheduleMs = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000]
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('retryDelayMs', () => {
  it.each([
    { given: { attempt: 1, scheduleMs, chance: 0 }, expected: 100 },
    { given: { attempt: 1, scheduleMs, chance: 0.5 }, expected: 600 },
    { given: { attempt: 4, scheduleMs, chance: 0.5 }, expected: 72_000 },
    { given: { attempt: 9, scheduleMs, chance: 0 }, expected: 180_000 },
    { given: { attempt: 1, baseMs: 200, chance: 0.5 }, expected: 120 },
    { given: { attempt: 4, baseMs: 200, chance: 0.5 }, expected: 960 },
    { given: { attempt: 4, baseMs: 200, capMs: 1_000, chance: 0.5 }, expected: 600 },
    { given: { attempt: 900, baseMs: 200, capMs: 1_000, chance: 0 }, expected: 100 },
    { given: { attempt: 1, scheduleMs, retryAfterMs: 7_000, chance: 0.5 }, expected: 7_500 },
    { given: { attempt: 1, scheduleMs, retryAfterMs: 50, chance: 0.5 }, expected: 600 },
    { given: { attempt: 1, baseMs: 0.5, chance: 0 }, expected: 1 },
  ])('gives $expected for $given', ({ given, expected }) => {
    expect(retryDelayMs(given)).toBe(expected)
  })

  it('is never zero, never before the floor or the wish, never past it by more than a step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        chance,
        fc.nat(3_600_000),
        (attempt, chance, retryAfterMs) => {
          const step = scheduleMs[Math.min(attempt, scheduleMs.length) - 1]!
          const leastMs = Math.max(retryAfterMs, step / 10)
          const delayMs = retryDelayMs({ attempt, scheduleMs, chance, retryAfterMs })
          expect(Number.isInteger(delayMs)).toBe(true)
          expect(delayMs).toBeGreaterThanOrEqual(leastMs)
          expect(delayMs).toBeLessThanOrEqual(leastMs + step)
        },
      ),
    )
  })

  it('spreads retries over the whole of the step', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.999].map((chance) =>
      retryDelayMs({ attempt: 3, scheduleMs, chance }),
    )
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(29_900)
  })

  it.each([
    { attempt: 0, scheduleMs, chance: 0 },
    { attempt: Number.NaN, scheduleMs, chance: 0 },
    { attempt: 1, scheduleMs: [], chance: 0 },
    { attempt: 1, chance: 0 },
  ])('refuses $attempt, $scheduleMs', (given) => {
    expect(() => retryDelayMs(given)).toThrow(RangeError)
  })
})
