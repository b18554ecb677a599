/** Reads a Finviz screener page of any layout since 2020, or says by name what it was instead. Pure. */
import { parse, type HTMLElement } from 'node-html-parser'

export interface RankedTicker {
  rank: number
  ticker: string
}

/** Why there is no list; each is told apart, because each has another cure. */
export type PageFault = 'blocked' | 'rate-limited' | 'empty-body' | 'no-results' | 'unknown-shape'

export type PageReading =
  | { outcome: 'page'; rows: RankedTicker[]; total: number | null }
  | { outcome: PageFault; message: string }

const TICKER = /^[A-Z0-9][A-Z0-9.-]{0,14}$/
const PAGE_MAX = 4_000_000

/** `first`: the rank that the page was asked to begin with; views without a rank column count from it. */
export function parseScreenerPage(html: string, first = 1): PageReading {
  const strange = strangePage(html)
  if (strange !== null) return strange
  const total = totalOf(html)
  const root = parse(html, { comment: false, blockTextElements: { script: false, style: false } })
  const table = rankedTable(root)
  const rows = table === null ? listedRows(html, first) : tableRows(table)
  if (rows === null) return shape('a row of the result table has no rank or no ticker')
  if (rows.length > 0) return { outcome: 'page', rows, total }
  if (
    total === 0 ||
    (table === null && root.querySelector('#pageSelect') === null && /no results/i.test(html))
  ) {
    return { outcome: 'no-results', message: 'The screener finds nothing.' }
  }
  return shape('there are results, but no table of them')
}

function strangePage(html: string): Extract<PageReading, { message: string }> | null {
  if (html.trim() === '') return { outcome: 'empty-body', message: 'Finviz answered without a body.' }
  if (html.length > PAGE_MAX) return shape('the page is larger than 4 MB')
  if (html.length < 500 && /too many requests/i.test(html)) {
    return { outcome: 'rate-limited', message: 'Finviz said "Too many requests".' }
  }
  if (/cdn-cgi\/challenge-platform|_cf_chl_opt|<title>Just a moment/i.test(html)) {
    return { outcome: 'blocked', message: 'Cloudflare stands before Finviz and takes Signalbox for a robot.' }
  }
  return null
}

function shape(what: string): { outcome: 'unknown-shape'; message: string } {
  return { outcome: 'unknown-shape', message: `The page has a shape Signalbox does not know: ${what}.` }
}

/** The screener's own count: `#1 / 146 Total`, or `Total: </b>87`. */
function totalOf(html: string): number | null {
  const digits =
    /#\d{1,7} ?\/ ?([\d,]{1,10}) Total/.exec(html)?.[1] ?? /Total: ?<\/b> ?([\d,]{1,10})/.exec(html)?.[1]
  return digits === undefined ? null : Number(digits.replaceAll(',', ''))
}

interface RankedTable {
  rows: HTMLElement[]
  rankAt: number
  tickerAt: number
}

/** The innermost table with a row that heads the columns `No.` and `Ticker`. */
function rankedTable(root: HTMLElement): RankedTable | null {
  for (const row of root.querySelectorAll('tr')) {
    const cells = cellsOf(row).map((cell) => cell.text.trim())
    const rankAt = cells.indexOf('No.')
    const tickerAt = cells.indexOf('Ticker')
    if (rankAt === -1 || tickerAt === -1 || cells.length > 200) continue
    const table = row.closest('table')
    if (table === null) return null
    const rows = table.querySelectorAll('tr').filter((one) => one !== row && one.closest('table') === table)
    return { rows, rankAt, tickerAt }
  }
  return null
}

function cellsOf(row: HTMLElement): HTMLElement[] {
  return row.childNodes.filter((node): node is HTMLElement =>
    /^t[dh]$/i.test((node as HTMLElement).rawTagName ?? ''),
  )
}

/** Null when any row cannot be read: half a list is worse than none. */
function tableRows({ rows, rankAt, tickerAt }: RankedTable): RankedTicker[] | null {
  const ranked: RankedTicker[] = []
  for (const row of rows) {
    const cells = cellsOf(row)
    if (cells.length === 0) continue
    const rank = Number(cells[rankAt]?.text.trim())
    const ticker = tickerOf(cells[tickerAt])
    if (!Number.isInteger(rank) || rank < 1 || ticker === null) return null
    ranked.push({ rank, ticker })
  }
  return ranked
}

/** The attribute first, then the link: the cell's text can begin with a letter of a logo. */
function tickerOf(cell: HTMLElement | undefined): string | null {
  if (cell === undefined) return null
  const link = cell.querySelector('a[href*="t="]')?.getAttribute('href') ?? ''
  const named =
    cell.getAttribute('data-boxover-ticker') ??
    /[?&](?:amp;)?t=([A-Z0-9.-]{1,15})/.exec(link)?.[1] ??
    cell.text.trim()
  return TICKER.test(named) ? named : null
}

/** Views without a table of ranks (basic, tickers, bulk) list `TICKER|price|volume` in a comment, in their order. */
function listedRows(html: string, first: number): RankedTicker[] {
  const start = html.indexOf('<!-- TS')
  const end = html.indexOf('-->', start)
  if (start === -1 || end === -1 || (/id="pageSelect"/.test(html) === false && totalOf(html) === null))
    return []
  return html
    .slice(start + 7, end)
    .split('\n')
    .map((line) => line.slice(0, Math.max(0, line.indexOf('|'))).trim())
    .filter((ticker) => TICKER.test(ticker))
    .map((ticker, i) => ({ rank: first + i, ticker }))
}
