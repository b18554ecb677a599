/** Fetches a ranking from where it comes from, politely; any failure comes back by name, never as a shorter list. */
import type { Egress } from '../platform/http/index.ts'
import { sleep } from '../platform/runtime/index.ts'
import type { RankingSource } from './config.ts'
import { exportAddress, pageAddress, rowsPerPage } from './finviz-address.ts'
import { parseCsvList, parseJsonList, type ListReading } from './parse-list.ts'
import { parseScreenerPage, type RankedTicker } from './parse-page.ts'
import {
  createScreenerClient,
  type Login,
  type ScreenerClient,
  type SourceFailure,
} from './screener-client.ts'

export type SourceReading = { outcome: 'ok'; tickers: string[]; total: number | null } | SourceFailure

export interface Politeness {
  perPage: number
  requestsPerMinute: number
  apiToken?: string
  login?: Login
}

export interface SourceReader {
  /** The first `depth` tickers at least, where there are so many. */
  read(source: RankingSource, trusted: boolean, depth: number): Promise<SourceReading>
}

const RATE_LIMITED_RETRIES = 3

export function createSourceReader(egress: Egress, politeness: Politeness): SourceReader {
  const client = createScreenerClient(egress, politeness)
  return {
    async read(source, trusted, depth) {
      if (source.kind === 'static')
        return { outcome: 'ok', tickers: [...new Set(source.tickers)], total: source.tickers.length }
      if (source.kind === 'finviz') return readFinviz(client, politeness, { url: source.url, trusted, depth })
      const got = await client.get(source.url, trusted)
      if (!('text' in got)) return got
      return whole(
        source.kind === 'csv' ? parseCsvList(got.text, source.column) : parseJsonList(got.text, source.path),
      )
    },
  }
}

interface Wanted {
  url: string
  trusted: boolean
  depth: number
}

/** By the Elite export where there is a token, else page by page, logged in where there is a login. */
async function readFinviz(
  client: ScreenerClient,
  { apiToken, login, perPage }: Politeness,
  wanted: Wanted,
): Promise<SourceReading> {
  if (apiToken !== undefined) {
    const got = await client.get(exportAddress(wanted.url, apiToken), wanted.trusted)
    return 'text' in got ? whole(parseCsvList(got.text)) : got
  }
  if (login !== undefined) {
    const refused = await client.logIn(login)
    if (refused !== null) return refused
  }
  const reading = await readPages(client, wanted, rowsPerPage(wanted.url, perPage))
  // A session that has run out shows as a short page or a block: log in anew next time.
  if (reading.outcome !== 'ok') client.logOut()
  return reading
}

async function readPages(
  client: ScreenerClient,
  { url, trusted, depth }: Wanted,
  perPage: number,
): Promise<SourceReading> {
  const rows: RankedTicker[] = []
  let total: number | null = null
  do {
    const first = rows.length + 1
    const reading = await readPage(client, pageAddress(url, first), first, trusted)
    if (reading.outcome !== 'page') return reading
    total = reading.total ?? total
    const gap = gapIn(reading.rows, first, total, perPage)
    if (gap !== null) return { outcome: 'partial', message: gap }
    rows.push(...reading.rows)
    if (reading.rows.length < perPage) break
  } while (rows.length < depth && (total === null || rows.length < total))
  const tickers = [...new Set(rows.map((row) => row.ticker))]
  if (tickers.length < rows.length)
    return { outcome: 'partial', message: 'The list moved between two of its pages.' }
  return { outcome: 'ok', tickers, total }
}

/** One page; when Finviz says it was too fast, the same page again after a pause. */
async function readPage(client: ScreenerClient, url: string, first: number, trusted: boolean) {
  for (let attempt = 1; ; attempt++) {
    const got = await client.get(url, trusted)
    if (!('text' in got)) return got
    const reading = parseScreenerPage(got.text, first)
    if (reading.outcome !== 'rate-limited' || attempt > RATE_LIMITED_RETRIES) return reading
    await sleep(1_000 * attempt)
  }
}

function whole(reading: ListReading): SourceReading {
  return reading.outcome === 'page'
    ? { outcome: 'ok', tickers: reading.tickers, total: reading.tickers.length }
    : reading
}

/** What is missing of a page, by its own count; null when it is whole. */
function gapIn(
  rows: readonly RankedTicker[],
  first: number,
  total: number | null,
  perPage: number,
): string | null {
  const gap = rows.findIndex((row, i) => row.rank !== first + i)
  if (gap !== -1) return `Rank ${first + gap} is missing.`
  if (total === null) return null
  const wanted = Math.min(perPage, total - first + 1)
  return rows.length < wanted ? `${rows.length} of ${wanted} rows came, of ${total} in all.` : null
}
