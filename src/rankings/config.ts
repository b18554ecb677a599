/** What a ranking is made from, and what may be changed at run time. */
import { z } from 'zod'

const ticker = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9][A-Z0-9.:_/&-]{0,39}$/)
const webAddress = z.url({ protocol: /^https?$/ }).max(2_000)

export const rankingSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('finviz'), url: webAddress }),
  z.strictObject({ kind: z.literal('csv'), url: webAddress, column: z.string().max(80).optional() }),
  z.strictObject({ kind: z.literal('json'), url: webAddress, path: z.string().max(200).optional() }),
  z.strictObject({ kind: z.literal('static'), tickers: z.array(ticker).min(1).max(5_000) }),
])
export type RankingSource = z.infer<typeof rankingSource>

/** The older program's names; every one optional when changing. */
export const finvizConfig = z
  .strictObject({
    url: webAddress,
    top_n: z.int().min(0).max(10_000),
    refresh: z.int().min(1).max(86_400).describe('seconds'),
    reprocess_enabled: z.boolean(),
    reprocess_window_seconds: z.int().min(1).max(86_400),
  })
  .partial()
export type FinvizChange = z.infer<typeof finvizConfig>

/** What is in force for the gate's ranking. */
export interface RankingSettings {
  topN: number
  refreshSec: number
  reprocessEnabled: boolean
  reprocessWindowSec: number
}

export interface RankingConfig extends RankingSettings {
  source: RankingSource | null
  /** Whether the address came from the operator's environment or file: then it may be private. */
  trusted: boolean
}

/** A change on top of what is in force. */
export function withChange(config: RankingConfig, change: FinvizChange, trusted: boolean): RankingConfig {
  return {
    source: change.url === undefined ? config.source : { kind: 'finviz', url: change.url },
    trusted: change.url === undefined ? config.trusted : trusted,
    topN: change.top_n ?? config.topN,
    refreshSec: change.refresh ?? config.refreshSec,
    reprocessEnabled: change.reprocess_enabled ?? config.reprocessEnabled,
    reprocessWindowSec: change.reprocess_window_seconds ?? config.reprocessWindowSec,
  }
}

export function finvizView(config: RankingConfig) {
  return {
    url: config.source?.kind === 'finviz' ? config.source.url : null,
    top_n: config.topN,
    refresh: config.refreshSec,
    reprocess_enabled: config.reprocessEnabled,
    reprocess_window_seconds: config.reprocessWindowSec,
  }
}
