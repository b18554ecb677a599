/** Searching the journal: whatever is gathered already, the answer is that of reading every signal. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { uuidv7Maker } from '../../platform/runtime/index.ts'
import { listSignals, type SignalFilter } from '../audit/store.ts'
import { indexAgain, indexNext, indexStragglers } from './store.ts'

const DESTINATIONS = ['0199b1c0-0000-7000-8000-00000000000a', '0199b1c0-0000-7000-8000-00000000000b']
const NOW_MS = Date.now()

interface Row {
  id: string
  ticker: string
  side: 'buy' | 'sell'
  source: string
  strategy: string
  decision: 'approved' | 'rejected'
  reason: 'in-ranking' | 'not-in-ranking'
  body: string
  destination: string | null
  state: 'pending' | 'delivered' | 'dead' | null
}

let database: TestDatabase
const rows: Row[] = []

const pick = <T>(values: readonly T[], i: number): T => values[i % values.length]!
const words = ['breakout', 'daily-chart', 'über', 'alpha_1', 'https://example.com/a?b=1', '150.25']

function row(i: number): Row {
  const approved = i % 3 === 0
  return {
    id: '',
    ticker: pick(['AAPL', 'BRK.B', 'BTC/USDT', "O'X", 'M&M'], i),
    side: pick(['buy', 'sell'], i >> 1),
    source: pick(['webhook', 'webhook', 'manual'], i),
    strategy: pick(['trend', 'mean reversion'], i >> 2),
    decision: approved ? 'approved' : 'rejected',
    reason: approved ? 'in-ranking' : 'not-in-ranking',
    body: JSON.stringify({ note: `${pick(words, i)} number${i}` }),
    destination: approved ? pick(DESTINATIONS, i >> 3) : null,
    state: approved ? pick(['pending', 'delivered', 'dead'], i >> 2) : null,
  }
}

async function insert(row: Row, at: number): Promise<void> {
  const { db } = database
  await db.query(
    `insert into signals (id, source, ticker, side, strategy, received_at, body, decision, reason, facts, decided_at)
     values ($1, $2, $3, $4, $5, now(), $6, $7, $8, '{}', now())`,
    [row.id, row.source, row.ticker, row.side, row.strategy, row.body, row.decision, row.reason],
  )
  if (row.state === 'pending')
    await db.query(
      `insert into outbox (signal_id, destination_id, ticker, side, body, created_at, due_at, max_age_at)
       values ($1, $2, $3, $4, '', now(), now(), now())`,
      [row.id, row.destination, row.ticker, row.side],
    )
  else if (row.state !== null) await end(row, at)
}

const end = (row: Row, seq: number) =>
  database.db.query(
    `insert into deliveries (seq, signal_id, destination_id, ticker, side, state, reason, body, created_at, ended_at, attempts)
     values ($1, $2, $3, $4, $5, $6, 'x', '', now(), now(), 1)`,
    [seq, row.id, row.destination, row.ticker, row.side, row.state],
  )

const found = async (filter: SignalFilter, limit = 500) =>
  (await listSignals(database.db, filter, limit)).map(({ id }) => id)

const scan = (filter: SignalFilter) =>
  rows
    .filter(
      (one) =>
        (['ticker', 'side', 'source', 'decision', 'reason', 'destination', 'state'] as const).every(
          (name) => filter[name] === undefined || filter[name] === one[name],
        ) &&
        (filter.q === undefined || one.body.includes(filter.q)),
    )
    .map(({ id }) => id)
    .toReversed()

beforeAll(async () => {
  database = await freshDatabase()
  const id = uuidv7Maker()
  for (let i = 0; i < 300; i++) {
    const one = { ...row(i), id: id(NOW_MS - 60_000 + i * 100) }
    rows.push(one)
    await insert(one, i)
  }
  // A part is gathered, the newest are not: both ways of looking are taken.
  while (rows.length - (await gathered()) > 60) await indexNext(database.db, 40, NOW_MS)
})
afterAll(() => database.close())

const gathered = async () =>
  (await database.db.query<{ n: number }>('select count(*) as n from signal_search'))[0]!.n

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const filters = fc.record({
  ticker: maybe(['AAPL', 'BRK.B', 'BTC/USDT', "O'X", 'M&M', 'NONE']),
  side: maybe(['buy', 'sell'] as const),
  source: maybe(['webhook', 'manual']),
  decision: maybe(['approved', 'rejected'] as const),
  reason: maybe(['in-ranking', 'not-in-ranking'] as const),
  destination: maybe(DESTINATIONS),
  state: maybe(['pending', 'delivered', 'dead', 'expired'] as const),
  q: maybe(['breakout', 'daily-chart', 'über', 'number17']),
})

it('finds what reading every signal would find, newest first, whatever is asked for together', async () => {
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      expect(await found(filter)).toEqual(scan(filter))
    }),
  )
})

it('goes on where a page ended, without a gap or a repeat', async () => {
  const pages: string[] = []
  for (;;) {
    const page = await found({ side: 'buy', beforeId: pages.at(-1) }, 7)
    pages.push(...page)
    if (page.length < 7) break
  }
  expect(pages).toEqual(scan({ side: 'buy' }))
})

it.each([
  ['the beginning of a word', 'break', 'breakout'],
  ['several words in any order', 'number0 breakout', 'breakout number0'],
  ['capital letters', 'BREAKOUT', 'breakout'],
  ['part of an address', 'example.com', 'example.com'],
])('takes %s', async (_title, q, within) => {
  const ids = await found({ q })
  expect(ids.length).toBeGreaterThan(0)
  expect(ids).toEqual(scan({ q: within }))
})

it('finds nothing, and does not fail, where the text is not words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom(...`'"\\&|!():*<>@ -=a`) }), async (q) => {
      expect(Array.isArray(await found({ q }))).toBe(true)
    }),
  )
})

it('never takes a word of the text for a filter', async () => {
  expect(await found({ q: '=side:buy' })).toEqual([])
  expect(await found({ q: 'ticker' })).toEqual([])
})

it('reads only signals of the time asked for', async () => {
  const [sinceMs, untilMs] = [NOW_MS - 50_000, NOW_MS - 40_000]
  const within = rows.slice(100, 200).map(({ id }) => id)
  expect(await found({ sinceMs, untilMs })).toEqual(within.toReversed())
  expect(await found({ sinceMs, untilMs, side: 'sell' })).toEqual(
    scan({ side: 'sell' }).filter((id) => within.includes(id)),
  )
})

it('skips to a place by its number', async () => {
  const page = await listSignals(database.db, {}, 3, 250)
  expect(page.map(({ id }) => id)).toEqual(scan({}).slice(250, 253))
})

it('learns how a delivery ended that had not when its signal was gathered', async () => {
  const one = rows.find(({ state }) => state === 'pending')!
  await database.db.query('delete from outbox where signal_id = $1', [one.id])
  one.state = 'dead'
  await end(one, 1_000)
  await indexAgain(database.db, 100)
  expect(await found({ state: 'dead' })).toEqual(scan({ state: 'dead' }))
  expect(await found({ state: 'pending' })).toEqual(scan({ state: 'pending' }))
})

it('gathers what came in behind its progress', async () => {
  const late = { ...row(3), id: uuidv7Maker()(NOW_MS - 55_000) }
  await insert(late, 2_000)
  expect(await found({ ticker: late.ticker })).not.toContain(late.id)
  expect(await indexStragglers(database.db, NOW_MS)).toBe(1)
  expect(await found({ ticker: late.ticker })).toContain(late.id)
})
