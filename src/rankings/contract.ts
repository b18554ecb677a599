/** The wire schemas of rankings. */
import { z } from 'zod'
import type { RankingState } from './role.ts'
import type { Snapshot } from './snapshot.ts'

const instant = z.iso.datetime()
const rankedTickers = z.array(z.object({ rank: z.int(), ticker: z.string() }))

export const finvizAnswer = z
  .object({
    url: z.string().nullable(),
    top_n: z.int(),
    refresh: z.int(),
    reprocess_enabled: z.boolean(),
    reprocess_window_seconds: z.int(),
  })
  .meta({ id: 'FinvizConfig' })

export const rankingView = z
  .object({
    name: z.string(),
    kind: z.string().nullable(),
    taken_at: instant.nullable(),
    age_sec: z.number().nullable(),
    stale: z.boolean(),
    max_age_sec: z.number().describe('older than this it is stale'),
    stale_policy: z.enum(['reject', 'approve', 'hold']).describe('what the gate does when it is stale'),
    paused: z.boolean(),
    outcome: z.string().nullable().describe('of the last look'),
    message: z.string().nullable(),
    total: z.int().nullable().describe("the screener's own count"),
    tickers: rankedTickers,
    entered: z.array(z.string()),
    left: z.array(z.string()),
  })
  .meta({ id: 'Ranking' })

const ranked = (tickers: readonly string[]) => tickers.map((ticker, i) => ({ rank: i + 1, ticker }))
const iso = (ms: number) => new Date(ms).toISOString()

export function viewOfRanking(
  name: string,
  { stored, snapshot, stale, ageMs, maxAgeMs, stalePolicy }: RankingState,
): z.infer<typeof rankingView> {
  return {
    name,
    kind: stored.config.source?.kind ?? null,
    taken_at: snapshot === null ? null : iso(snapshot.takenAtMs),
    age_sec: ageMs === null ? null : Math.round(ageMs / 1000),
    stale,
    max_age_sec: maxAgeMs / 1000,
    stale_policy: stalePolicy,
    paused: stored.paused,
    outcome: stored.lastOutcome,
    message: stored.lastMessage,
    total: snapshot?.total ?? null,
    tickers: ranked(snapshot?.tickers ?? []),
    entered: [...(snapshot?.entered ?? [])],
    left: [...(snapshot?.left ?? [])],
  }
}

export const snapshotView = z
  .object({
    id: z.uuid(),
    taken_at: instant,
    last_seen_at: instant,
    tickers: z.array(z.string()),
    entered: z.array(z.string()),
    left: z.array(z.string()),
  })
  .meta({ id: 'RankingSnapshot' })

export const viewOfSnapshot = (row: Snapshot): z.infer<typeof snapshotView> => ({
  id: row.id,
  taken_at: iso(row.takenAtMs),
  last_seen_at: iso(row.lastSeenAtMs),
  tickers: [...row.tickers],
  entered: [...row.entered],
  left: [...row.left],
})

export const stayView = z
  .object({
    from: instant.nullable().describe('null: before what is remembered'),
    to: instant.nullable().describe('null: it is in the list now'),
    rank: z.int().nullable().describe('when it entered'),
  })
  .meta({ id: 'RankingStay' })

export const rankingPreview = z
  .object({
    ok: z.boolean(),
    outcome: z.string(),
    message: z.string().nullable().describe('why it cannot be read'),
    total: z.int().nullable(),
    tickers: rankedTickers,
    entered: z.array(z.string()).describe('not in the list in force'),
    left: z.array(z.string()).describe('in the list in force, and not in this one'),
  })
  .meta({ id: 'RankingPreview' })

export const viewOfPreview = (
  tickers: readonly string[],
  total: number | null,
  { entered, left }: { entered: string[]; left: string[] },
): z.infer<typeof rankingPreview> => ({
  ok: true,
  outcome: 'ok',
  message: null,
  total,
  tickers: ranked(tickers),
  entered,
  left,
})
