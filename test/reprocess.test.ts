/** Signals that are decided again: refused for their rank and listed soon after, or held while the ranking was missing. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderScreenerPage } from '../src/rankings/index.ts'
import { freshStore, get, openScreener, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

interface Trail {
  signal: { decision: string; reason: string }
  timeline: { event: string; detail: { decision?: string; reason?: string } }[]
}

let sink: Sink
let screener: Awaited<ReturnType<typeof openScreener>>
let store: Awaited<ReturnType<typeof freshStore>>
let program: Program

beforeAll(async () => {
  sink = await openSink()
  screener = await openScreener(['AAPL'])
  screener.page = 'Too many requests.'
  store = await freshStore()
  program = await startProgram({
    ...store.env,
    DEST_WEBHOOK_URL: sink.url,
    DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
    FINVIZ_URL: screener.url,
    FINVIZ_REFRESH_SEC: '1',
    FINVIZ_STALE_POLICY: 'hold',
    FINVIZ_REPROCESS_ENABLED: 'true',
  })
})

afterAll(async () => {
  await program?.stop()
  await store?.close()
  await sink?.close()
  await screener?.close()
})

const send = async (ticker: string) =>
  (await post(`${program.url}/webhook/in`, { ticker, side: 'BUY', price: 5, id: ticker })).body
const trailOf = (id: unknown) => get<Trail>(`${program.url}/api/v1/signals/${String(id)}`)
const arrived = () => sink.arrivals.map((one) => (JSON.parse(one.body) as { ticker: string }).ticker)

it('holds without a ranking, decides when it comes, and approves what enters within the window', async () => {
  const held = await send('AAPL')
  expect(held).toMatchObject({ status: 'held', reason: 'held-stale' })
  screener.page = renderScreenerPage(['AAPL'], 1)
  await until(() => arrived().includes('AAPL'), 60_000)
  const refused = await send('NVDA')
  expect(refused).toMatchObject({ status: 'rejected', reason: 'not-in-ranking' })
  screener.page = renderScreenerPage(['AAPL', 'NVDA'], 1)
  await until(() => arrived().includes('NVDA'), 60_000)
  expect(arrived()).toEqual(['AAPL', 'NVDA'])
  const trail = await trailOf(refused['id'])
  expect(trail.signal).toMatchObject({ decision: 'approved', reason: 'entered-later' })
  const decisions = trail.timeline.filter((one) => one.event === 'decided').map((one) => one.detail.reason)
  expect(decisions).toEqual(['not-in-ranking', 'entered-later'])
  const { signals } = await get<{ signals: Record<string, number> }>(`${program.url}/status`)
  expect(signals).toMatchObject({ received: 2, approved: 2, rejected: 0, held: 0 })
}, 150_000)
