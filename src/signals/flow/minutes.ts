/** From standing counts to what happened in each minute. Pure. */

export const COUNTED = [
  'received',
  'approved',
  'rejected',
  'duplicate',
  'delivered',
  'failed',
  'expired',
  'dead',
] as const
export type Counted = (typeof COUNTED)[number]

export interface Minute {
  atMs: number
  counts: Record<Counted, number>
}

const MINUTE_MS = 60_000

/**
 * One entry for each of the last `minutes`, oldest first; the last is the minute under way. What was counted between two
 * samples further apart (nobody looked) is put into the later minute. Counts that shrank (old days were dropped) are 0.
 */
export function perMinute(
  samples: readonly { atMs: number; counts: Record<string, number> }[],
  minutes: number,
  nowMs: number,
): Minute[] {
  const last = Math.floor(nowMs / MINUTE_MS)
  const result = Array.from({ length: minutes }, (_, i) => ({
    atMs: (last - minutes + 1 + i) * MINUTE_MS,
    counts: Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>,
  }))
  for (const [i, sample] of samples.entries()) {
    const before = samples[i - 1]
    if (before === undefined) continue
    // A sample stands at the beginning of its minute: what it adds belongs to the minute before. Now ends the last one.
    const minute = Math.min(Math.ceil(sample.atMs / MINUTE_MS) - 1, last)
    const entry = result[minute - last + minutes - 1]
    if (entry === undefined) continue
    for (const name of COUNTED)
      entry.counts[name] += Math.max(0, (sample.counts[name] ?? 0) - (before.counts[name] ?? 0))
  }
  return result
}
