import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseScreenerPage } from './parse-page.ts'
import { renderScreenerPage } from './simulated-page.ts'

const FOLDER = '../shared/data/finviz'
const recorded = existsSync(FOLDER)

function page(file: string): string {
  const bytes = readFileSync(`${FOLDER}/${file}`)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

describe.skipIf(!recorded)('a recorded screener page (shared data)', () => {
  const expected = recorded
    ? (JSON.parse(readFileSync(`${FOLDER}/expected-ranks.json`, 'utf8')) as Record<
        string,
        { ranks: [number, string][] }
      >)
    : {}

  it.each(Object.entries(expected).map(([file, { ranks }]) => [file, ranks] as const))(
    '%s gives its ranks',
    (file, ranks) => {
      const reading = parseScreenerPage(page(file))
      expect(
        reading.outcome === 'page' ? reading.rows.map((row) => [row.rank, row.ticker]) : reading,
      ).toEqual(ranks)
    },
  )

  it.each([
    ['html/old-2021-05-06-v310-basic-r1.html', 10, 31, 'NYT'],
    ['html/old-2021-06-17-v410-tickers-r1.html.gz', 1_000, 3_831, 'AMC'],
    ['html/old-2021-06-17-v510-bulk-r1.html.gz', 500, 3_831, 'AMC'],
    ['html/new-2023-07-03-v111-top-gainers.html', 20, 146, 'AHI'],
  ])('%s has its rows and its own count', (file, rows, total, first) => {
    const reading = parseScreenerPage(page(file))
    expect(reading).toMatchObject({ outcome: 'page', total })
    if (reading.outcome === 'page')
      expect([reading.rows.length, reading.rows[0]!.ticker]).toEqual([rows, first])
  })

  it.each([
    ['html/blocked-2026-08-cloudflare-challenge.html', 'blocked'],
    ['html/new-2023-07-03-v111-top-gainers-rows-without-tickers.html', 'unknown-shape'],
    ['peer-fixtures-2026/screener_drift.html', 'unknown-shape'],
    ['peer-fixtures-2026/screener_noresults.html', 'no-results'],
    ['html/old-2021-quote-invalid-ticker.html', 'unknown-shape'],
  ])('%s is no list, and is named: %s', (file, outcome) => {
    expect(parseScreenerPage(page(file)).outcome).toBe(outcome)
  })
})

describe('a page that is no list', () => {
  it.each([
    ['', 'empty-body'],
    ['Too many requests.', 'rate-limited'],
    ['<html><body>Something new</body></html>', 'unknown-shape'],
  ])('%j is named %s', (html, outcome) => {
    expect(parseScreenerPage(html).outcome).toBe(outcome)
  })

  it('is always named, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseScreenerPage(`<table><tr>${text}`)).toHaveProperty('outcome')
      }),
    )
  })
})

it('the simulated page is read as any other', () => {
  const tickers = Array.from({ length: 33 }, (_, i) => `T${i}`)
  expect(parseScreenerPage(renderScreenerPage(tickers, 21), 21)).toEqual({
    outcome: 'page',
    total: 33,
    rows: tickers.slice(20).map((ticker, i) => ({ rank: 21 + i, ticker })),
  })
})
