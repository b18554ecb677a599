/** The wire schema of the flow. */
import { z } from 'zod'
import type { Minute } from './minutes.ts'

const count = z.int()

export const flowView = z
  .object({
    minutes: z
      .array(
        z.object({
          at: z.iso.datetime().describe('its beginning'),
          received: count,
          approved: count,
          rejected: count,
          duplicate: count,
          delivered: count,
          failed: count.describe('attempts that were followed by another'),
          expired: count,
          dead: count,
        }),
      )
      .describe('oldest first; the last is under way'),
    sources: z
      .array(z.object({ source: z.string(), signals: count, last_at: z.iso.datetime() }))
      .describe('of the newest 5,000 signals within the minutes asked for'),
  })
  .meta({ id: 'Flow' })

export const viewOfFlow = (
  minutes: readonly Minute[],
  sources: readonly { source: string; signals: number; lastMs: number }[],
): z.infer<typeof flowView> => ({
  minutes: minutes.map(({ atMs, counts }) => ({ at: new Date(atMs).toISOString(), ...counts })),
  sources: sources.map(({ source, signals, lastMs }) => ({
    source,
    signals,
    last_at: new Date(lastMs).toISOString(),
  })),
})
