/** Fetches a ranking from where it comes from, politely; any failure comes back by name, never as a shorter list. */
import type { Egress, EgressResult } from '../platform/http/index.ts'
import { nowMs, sleep, spend, type LimitState } from '../platform/runtime/index.ts'
import type { RankingSource } from './config.ts'
import { exportAddress, pageAddress, rowsPerPage } from './finviz-address.ts'
import { parseCsvList, parseJsonList, type ListReading } from './parse-list.ts'
import { parseScreenerPage, type PageFault, type RankedTicker } from './parse-page.ts'

export type SourceFault = PageFault | 'partial' | 'unreachable' | 'address-refused' | 'login-refused'
export type SourceReading =
  | { outcome: 'ok'; tickers: string[]; total: number | null }
  | { outcome: SourceFault; message: string }

export interface Politeness {
  perPage: number
  requestsPerMinute: number
  apiToken?: string
  login?: { email: string; password: string; url: string }
}

export interface SourceReader {
  /** The first `depth` tickers at least, where there are so many. */
  read(source: RankingSource, trusted: boolean, depth: number): Promise<SourceReading>
}

const TIMEOUT_MS = 15_000
const PAGE_BYTES_MAX = 4_000_000
const RATE_LIMITED_RETRIES = 3
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'

export function createSourceReader(egress: Egress, politeness: Politeness): SourceReader {
  const windows = [{ permits: politeness.requestsPerMinute, windowMs: 60_000 }]
  let spent: LimitState = []
  let cookies: string | null = null

  async function permit(): Promise<void> {
    for (;;) {
      const { granted, state, retryAfterMs } = spend(windows, spent, nowMs(), 1)
      spent = state
      if (granted === 1) return
      await sleep(retryAfterMs)
    }
  }

  async function get(
    url: string,
    trusted: boolean,
  ): Promise<{ text: string } | { outcome: SourceFault; message: string }> {
    await permit()
    const result = await egress.send({
      method: 'GET',
      url,
      headers: {
        'user-agent': AGENT,
        accept: 'text/html,text/csv,application/json',
        ...(cookies && { cookie: cookies }),
      },
      timeoutMs: TIMEOUT_MS,
      trusted,
      responseBytesMax: PAGE_BYTES_MAX,
    })
    return textOf(result)
  }

  /** One page; when Finviz says it was too fast, the same page again after a pause. */
  async function page(url: string, first: number, trusted: boolean) {
    for (let attempt = 1; ; attempt++) {
      const got = await get(url, trusted)
      if (!('text' in got)) return got
      const reading = parseScreenerPage(got.text, first)
      if (reading.outcome !== 'rate-limited' || attempt > RATE_LIMITED_RETRIES) return reading
      await sleep(1_000 * attempt)
    }
  }

  async function pages(url: string, trusted: boolean, depth: number): Promise<SourceReading> {
    const perPage = rowsPerPage(url, politeness.perPage)
    const rows: RankedTicker[] = []
    let total: number | null = null
    do {
      const first = rows.length + 1
      const reading = await page(pageAddress(url, first), first, trusted)
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

  async function logIn({
    email,
    password,
    url,
  }: NonNullable<Politeness['login']>): Promise<SourceReading | null> {
    await permit()
    const result = await egress.send({
      method: 'POST',
      url,
      headers: { 'user-agent': AGENT, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email, password, remember: 'true' }).toString(),
      timeoutMs: TIMEOUT_MS,
      trusted: true,
      responseBytesMax: 100_000,
    })
    if (result.outcome !== 'response') return { outcome: 'unreachable', message: result.message }
    const set = result.headers['set-cookie']
    if (result.status >= 400 || set === undefined) {
      return { outcome: 'login-refused', message: 'Finviz did not take FINVIZ_EMAIL and FINVIZ_PASSWORD.' }
    }
    cookies = set
      .split(/,(?=[^;,]+=)/)
      .map((cookie) => cookie.split(';', 1)[0]!.trim())
      .join('; ')
    return null
  }

  return {
    async read(source, trusted, depth) {
      if (source.kind === 'static')
        return { outcome: 'ok', tickers: [...new Set(source.tickers)], total: source.tickers.length }
      if (source.kind !== 'finviz') {
        const got = await get(source.url, trusted)
        if (!('text' in got)) return got
        return whole(
          source.kind === 'csv'
            ? parseCsvList(got.text, source.column)
            : parseJsonList(got.text, source.path),
        )
      }
      if (politeness.apiToken !== undefined) {
        const got = await get(exportAddress(source.url, politeness.apiToken), trusted)
        return 'text' in got ? whole(parseCsvList(got.text)) : got
      }
      if (politeness.login !== undefined && cookies === null) {
        const refused = await logIn(politeness.login)
        if (refused !== null) return refused
      }
      const reading = await pages(source.url, trusted, depth)
      // A session that has run out shows as a short page or a block: log in anew next time.
      if (reading.outcome !== 'ok') cookies = null
      return reading
    },
  }
}

function whole(reading: ListReading): SourceReading {
  return reading.outcome === 'page'
    ? { outcome: 'ok', tickers: reading.tickers, total: reading.tickers.length }
    : reading
}

function textOf(result: EgressResult): { text: string } | { outcome: SourceFault; message: string } {
  if (result.outcome === 'refused') return { outcome: 'address-refused', message: result.message }
  if (result.outcome === 'unknown') return { outcome: 'unreachable', message: result.message }
  if (result.truncated) return { outcome: 'unknown-shape', message: 'The answer is larger than 4 MB.' }
  const text = result.excerpt.toString('utf8')
  if (result.status === 429) return { outcome: 'rate-limited', message: 'The screener said 429.' }
  if (result.status === 403) return { outcome: 'blocked', message: 'The screener said 403.' }
  if (result.status !== 200) return { outcome: 'unreachable', message: `The screener said ${result.status}.` }
  return { text }
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
