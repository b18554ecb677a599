/** What follows from an attempt: delivered, tried again later, expired, or dead. Pure. */
import type { DestinationSettings } from '../destinations/destination.ts'
import { retryDelayMs } from '../../platform/runtime/index.ts'
import type { AttemptOutcome, Delivery, DeliveryResult } from './delivery.ts'

/** What a sink says of one attempt. */
export interface Attempt {
  /** `final`: the receiver will never take it. `retry`: it may, or it is unknown whether it did. */
  verdict: 'delivered' | 'final' | 'retry'
  outcome: AttemptOutcome
  startedAtMs: number
  latencyMs: number
  status?: number
  /** What the receiver answered, shortened. */
  excerpt?: string
  /** The receiver's own wish (`Retry-After`). */
  retryAfterMs?: number
}

const EXCERPT_MAX = 1_000

/**
 * Retries follow the destination's schedule with full jitter, never before the receiver's `Retry-After`. A retry that would
 * come after the delivery's time is not made: it is `expired`. A schedule that has run out is `dead`.
 */
export function settle(
  delivery: Delivery,
  attempt: Attempt,
  settings: Pick<DestinationSettings, 'retryDelaysMs'>,
  { fence, nowMs, chance }: { fence: number; nowMs: number; chance: number },
): DeliveryResult {
  const attempts = delivery.attempts + 1
  const base = {
    delivery,
    fence,
    attempts,
    outcome: attempt.outcome,
    startedAtMs: attempt.startedAtMs,
    latencyMs: attempt.latencyMs,
    ...(attempt.status !== undefined && { status: attempt.status }),
    ...(attempt.excerpt !== undefined && { excerpt: storable(attempt.excerpt) }),
  }
  if (attempt.verdict === 'delivered') return { ...base, state: 'delivered' }
  if (attempt.verdict === 'final') return { ...base, state: 'dead' }
  if (attempts > settings.retryDelaysMs.length)
    return { ...base, state: 'dead', outcome: 'retries-exhausted' }
  const retryAtMs =
    nowMs +
    retryDelayMs({
      attempt: attempts,
      scheduleMs: settings.retryDelaysMs,
      chance,
      ...(attempt.retryAfterMs !== undefined && { retryAfterMs: attempt.retryAfterMs }),
    })
  if (retryAtMs > delivery.maxAgeAtMs && !delivery.forced) return { ...base, state: 'expired' }
  return { ...base, state: 'retry', retryAtMs }
}

/** A delivery past its time ends without an attempt. */
export function expire(
  delivery: Delivery,
  { fence, nowMs }: { fence: number; nowMs: number },
): DeliveryResult {
  return {
    delivery,
    fence,
    attempts: delivery.attempts,
    state: 'expired',
    outcome: 'too-old',
    startedAtMs: nowMs,
  }
}

export function isExpired(delivery: Delivery, nowMs: number): boolean {
  return !delivery.forced && nowMs > delivery.maxAgeAtMs
}

/** Text that PostgreSQL stores: no NUL, no lone surrogate, at most 1,000 characters. */
function storable(text: string): string {
  return text.slice(0, EXCERPT_MAX).replaceAll('\0', '').toWellFormed()
}
