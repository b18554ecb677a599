/** The main job on real input: recorded Finviz pages and recorded alerts, posted to a running Signalbox. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshStore, get, openScreener, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

const DATA = '../shared/data'
const FILES = [
  'traderspost/core-concepts-webhooks.jsonl',
  'traderspost/signal-sources.jsonl',
  'openalgo/order-management.jsonl',
  'tradingview/alerts-processor.jsonl',
]

describe.skipIf(!existsSync(DATA))('recorded alerts against a recorded screener (shared data)', () => {
  let sink: Sink
  let screener: Awaited<ReturnType<typeof openScreener>>
  let store: Awaited<ReturnType<typeof freshStore>>
  let program: Program

  beforeAll(async () => {
    sink = await openSink()
    screener = await openScreener([])
    screener.page = readFileSync(`${DATA}/finviz/html/new-2023-07-03-v111-top-gainers.html`, 'utf8')
    store = await freshStore()
    program = await startProgram({
      ...store.env,
      DEST_WEBHOOK_URL: sink.url,
      DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
      FINVIZ_URL: screener.url,
      FINVIZ_REFRESH_SEC: '1',
      TOP_N: '20',
    })
    await until(
      async () =>
        (await get<{ ranking: { tickers: string[] } }>(`${program.url}/status`)).ranking.tickers.length ===
        20,
    )
  })

  afterAll(async () => {
    await program?.stop()
    await store?.close()
    await sink?.close()
    await screener?.close()
  })

  it('forwards exactly those whose ticker is in the list, and says of every other why not', async () => {
    const bodies = FILES.flatMap((file) =>
      readFileSync(`${DATA}/webhooks/${file}`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { body: string }).body),
    )
    const { tickers } = (await get<{ ranking: { tickers: string[] } }>(`${program.url}/status`)).ranking
    // The vendors' samples name large companies; the same samples for listed tickers make the other half.
    const listed = bodies.map((body, i) =>
      body.replace(/"(TSLA|SPY|AMD|MSFT)"/, `"${tickers[i % tickers.length]}"`),
    )
    const approved: string[] = []
    for (const body of [...bodies, ...listed]) {
      const { status, body: answer } = await post(`${program.url}/webhook/in`, body)
      for (const item of (answer['items'] as Record<string, unknown>[] | undefined) ?? [answer]) {
        if (item['status'] === 'approved') approved.push(String(item['id']))
        if (item['status'] === 'rejected') expect(tickers).not.toContain(item['ticker'])
        if (item['status'] === 'approved') expect(tickers).toContain(item['ticker'])
      }
      expect([202, 400]).toContain(status)
      if (status === 400 && answer['items'] === undefined) expect(String(answer['code'])).toMatch(/^[a-z-]+$/)
    }
    expect(approved.length).toBeGreaterThan(20)
    await until(() => sink.arrivals.length >= approved.length)
    const arrived = sink.arrivals.map((one) => (JSON.parse(one.body) as { id: string }).id)
    expect(arrived.toSorted()).toEqual(approved.toSorted())
  }, 60_000)
})
