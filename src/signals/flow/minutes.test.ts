import fc from 'fast-check'
import { expect, it } from 'vitest'
import { perMinute } from './minutes.ts'

const M = 60_000
const received = (minutes: ReturnType<typeof perMinute>) => minutes.map(({ counts }) => counts.received)
const sample = (atMs: number, n: number) => ({ atMs, counts: { received: n } })

it('gives what was counted in each minute, the one under way last', () => {
  const samples = [
    sample(10 * M, 100),
    sample(11 * M, 103),
    sample(12 * M, 103),
    sample(12 * M + 30_000, 108),
  ]
  expect(received(perMinute(samples, 3, 12 * M + 30_000))).toEqual([3, 0, 5])
})

it('puts what was counted while nobody looked into the minute before the next look', () => {
  const samples = [sample(10 * M, 0), sample(13 * M, 9), sample(13 * M + 1, 9)]
  expect(received(perMinute(samples, 4, 13 * M + 1))).toEqual([0, 0, 9, 0])
})

it('takes counts that shrank for none', () => {
  expect(
    received(perMinute([sample(10 * M, 50), sample(11 * M, 5), sample(11 * M + 1, 6)], 2, 11 * M + 1)),
  ).toEqual([0, 1])
})

it('loses nothing between the first sample and now', () => {
  const steps = fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 3 }), n: fc.nat(100) }), {
    maxLength: 15,
  })
  fc.assert(
    fc.property(steps, fc.nat(59_999), fc.nat(100), (moves, restMs, rest) => {
      let [at, n] = [100, 0]
      const samples = [sample(at * M, 0)]
      for (const move of moves) samples.push(sample((at += move.minutes) * M, (n += move.n)))
      samples.push(sample(at * M + restMs + 1, n + rest))
      const total = received(perMinute(samples, 60, at * M + restMs + 1)).reduce((a, b) => a + b, 0)
      expect(total).toBe(n + rest)
    }),
  )
})
