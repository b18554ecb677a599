/**
 * How long to wait before trying again: full jitter over a floor, so that retries never meet and never come
 * at once. Pure.
 */

export interface Retry {
  /** How many attempts have been made, from 1. */
  attempt: number
  /** The steps to follow, one for each attempt; the last repeats. Given instead of `baseMs`. */
  scheduleMs?: readonly number[]
  /** The step after the first attempt; it doubles with each. Given instead of `scheduleMs`. */
  baseMs?: number
  /** No step is longer. */
  capMs?: number
  /** The receiver's own wish (`Retry-After`): never sooner than this. */
  retryAfterMs?: number
  /** In [0, 1). */
  chance: number
}

const FLOOR_SHARE = 0.1
const DOUBLINGS_MAX = 40

/**
 * `max(retryAfter, step / 10) + chance · step`, where the step is `min(cap, base · 2^(attempt - 1))` or the
 * schedule's. So a wait that nobody asked for lies between a tenth and eleven tenths of its step, and is
 * spread over the whole of it. Whole milliseconds, at least 1. Throws for an attempt below 1 and for a step
 * that is not above zero.
 */
export function retryDelayMs(retry: Retry): number {
  const stepMs = Math.min(stepOf(retry), retry.capMs ?? Infinity)
  if (!(stepMs > 0)) throw new RangeError('a retry needs a base or a schedule above zero')
  return Math.ceil(Math.max(retry.retryAfterMs ?? 0, stepMs * FLOOR_SHARE) + retry.chance * stepMs)
}

function stepOf({ attempt, scheduleMs, baseMs }: Retry): number {
  if (!(attempt >= 1)) throw new RangeError(`no retry before the first attempt: ${attempt}`)
  if (scheduleMs) return scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 0
  return (baseMs ?? 0) * 2 ** Math.min(attempt - 1, DOUBLINGS_MAX)
}
