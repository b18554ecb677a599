/** Reads a ranking from CSV (Finviz export, or any with a Ticker or Symbol column) or JSON. The order is the rank. Pure. */
import { parse } from 'csv-parse/sync'

export type ListReading =
  | { outcome: 'page'; tickers: string[] }
  | { outcome: 'empty-body' | 'no-results' | 'unknown-shape' | 'blocked'; message: string }

const TICKER = /^[A-Z0-9][A-Z0-9.:_/&-]{0,39}$/
const ROWS_MAX = 20_000

export function parseCsvList(text: string, column?: string): ListReading {
  if (text.trim() === '') return { outcome: 'empty-body', message: 'The answer has no body.' }
  if (/^\s*</.test(text))
    return {
      outcome: 'blocked',
      message: 'A web page came instead of CSV: the token or the login is not right.',
    }
  let rows: string[][]
  try {
    rows = parse(text, {
      bom: true,
      relaxColumnCount: true,
      skipEmptyLines: true,
      to: ROWS_MAX + 1,
    }) as string[][]
  } catch (error) {
    return { outcome: 'unknown-shape', message: `This is not CSV: ${(error as Error).message}` }
  }
  const header = rows[0]?.map((name) => name.trim().toLowerCase()) ?? []
  const wanted = column === undefined ? ['ticker', 'symbol'] : [column.toLowerCase()]
  const at = header.findIndex((name) => wanted.includes(name))
  if (at === -1)
    return { outcome: 'unknown-shape', message: `The CSV has no column named ${wanted.join(' or ')}.` }
  return listOf(rows.slice(1).map((row) => row[at] ?? ''))
}

/** `path`: the dotted way to the array, such as `data.rows`. Items are texts, or objects with `ticker` or `symbol`. */
export function parseJsonList(text: string, path = ''): ListReading {
  if (text.trim() === '') return { outcome: 'empty-body', message: 'The answer has no body.' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { outcome: 'unknown-shape', message: 'The answer is not JSON.' }
  }
  for (const step of path.split('.').filter(Boolean)) {
    value = Object.hasOwn(Object(value), step) ? (value as Record<string, unknown>)[step] : undefined
  }
  if (!Array.isArray(value))
    return { outcome: 'unknown-shape', message: `There is no list at "${path || 'the top'}".` }
  return listOf(value.slice(0, ROWS_MAX).map(tickerOf))
}

function tickerOf(item: unknown): string {
  if (typeof item === 'string') return item
  const { ticker, symbol } = Object(item) as { ticker?: unknown; symbol?: unknown }
  return String(ticker ?? symbol ?? '')
}

function listOf(raw: readonly string[]): ListReading {
  const tickers = raw.map((one) => one.trim().toUpperCase())
  const odd = tickers.findIndex((one) => !TICKER.test(one))
  if (odd !== -1)
    return { outcome: 'unknown-shape', message: `Row ${odd + 1} has no ticker Signalbox can read.` }
  if (tickers.length === 0) return { outcome: 'no-results', message: 'The list is empty.' }
  return { outcome: 'page', tickers: [...new Set(tickers)] }
}
