/** The wire schema of a destination's health. */
import { z } from 'zod'
import type { Health } from './store.ts'

const count = z.int()
const instant = z.iso.datetime().nullable()

export const healthQuery = z.object({
  hours: z.coerce.number().int().min(1).max(24).default(1).describe('looked back'),
})

export const healthView = z
  .object({
    hours: count,
    delivered: count.describe('at most the newest 5,000 of each way to end are looked at'),
    dead: count,
    expired: count,
    failed_attempts: count.describe('attempts that were followed by another'),
    success_rate: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('delivered of all that ended; null when none did'),
    latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
    waiting: count,
    waiting_since: instant,
    not_before: instant.describe('nothing is sent before: its circuit is open, or it asked for it'),
    failing_since: instant,
  })
  .meta({ id: 'DestinationHealth' })

const isoOrNull = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

export function viewOfHealth(health: Health, hours: number): z.infer<typeof healthView> {
  const { delivered, dead, expired } = health
  const ended = delivered + dead + expired
  return {
    hours,
    delivered,
    dead,
    expired,
    failed_attempts: health.failedAttempts,
    success_rate: ended === 0 ? null : delivered / ended,
    latency_ms: { p50: health.latencyMsP50, p95: health.latencyMsP95 },
    waiting: health.waiting,
    waiting_since: isoOrNull(health.waitingSinceMs),
    not_before: isoOrNull(health.notBeforeMs),
    failing_since: isoOrNull(health.failingSinceMs),
  }
}
