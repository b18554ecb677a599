/** The main job, from the post to the destination, with real processes and a real receiver. */
import { execFileSync } from 'node:child_process'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requireService } from './services.ts'
import {
  ADMIN_TOKEN,
  asAdmin,
  freshStore,
  get,
  openScreener,
  openSink,
  post,
  startProgram,
  until,
} from './stage.ts'
import type { Program, Sink } from './stage.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr'
const LISTED = ['AAPL', 'MSFT', 'NVDA', 'SHOP', 'TSLA']

interface Status {
  signals: Record<string, number>
  deliveries: Record<string, number>
  ranking: { tickers: string[]; stale: boolean; outcome: string }
}

let sink: Sink
let screener: Awaited<ReturnType<typeof openScreener>>
let store: Awaited<ReturnType<typeof freshStore>>
let program: Program
let n = 0

const signal = (ticker: string, side = 'BUY', more: object = {}) => ({
  ticker,
  side,
  price: 150.25,
  id: `t-${n++}`,
  ...more,
})
const send = (body: unknown, headers: Record<string, string> = {}) =>
  post(`${program.url}/webhook/in`, body, headers)
const status = () => get<Status>(`${program.url}/status`)
const idle = () =>
  until(async () => {
    const pending = await get<{ items: unknown[] }>(`${program.url}/api/v1/deliveries?state=pending`)
    return pending.items.length === 0
  })

beforeAll(async () => {
  sink = await openSink()
  screener = await openScreener(LISTED)
  store = await freshStore()
  program = await startProgram({
    ...store.env,
    DEST_WEBHOOK_URL: sink.url,
    DEST_WEBHOOK_SECRET: SECRET,
    DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
    FINVIZ_URL: screener.url,
    FINVIZ_REFRESH_SEC: '1',
  })
  await until(async () => (await status()).ranking.tickers.length === LISTED.length)
})

beforeEach(async () => {
  await idle()
  sink.arrivals.length = 0
  sink.answer = (_request, response) => void response.writeHead(200).end('ok')
})

afterAll(async () => {
  await program?.stop()
  await store?.close()
  await sink?.close()
  await screener?.close()
})

describe('a signal', () => {
  it('reaches the destination when its ticker is in the list, signed so that the standard library verifies it', async () => {
    const { status, body } = await send(signal('aapl', 'buy', { price: '150.25' }))
    expect(status).toBe(202)
    expect(body).toMatchObject({ status: 'approved', reason: 'in-ranking', ticker: 'AAPL', queued: true })
    await until(() => sink.arrivals.length === 1)
    const [arrival] = sink.arrivals
    expect(JSON.parse(arrival!.body)).toMatchObject({
      id: body['id'],
      ticker: 'AAPL',
      side: 'buy',
      action: 'buy',
      price: 150.25,
    })
    const headers = arrival!.headers as Record<string, string>
    expect(new Webhook(SECRET).verify(arrival!.body, headers)).toMatchObject({ ticker: 'AAPL' })
    expect(headers['idempotency-key']).toBe(headers['webhook-id'])
  })

  it('is kept from the destination when its ticker is not in the list, and says why a month later', async () => {
    const { body } = await send(signal('ZZZZ'))
    expect(body).toMatchObject({ status: 'rejected', reason: 'not-in-ranking' })
    const trail = await get<{ signal: { facts: object }; timeline: { event: string }[] }>(
      `${program.url}/api/v1/signals/${String(body['id'])}`,
    )
    expect(trail.signal.facts).toMatchObject({ rank: null, topN: 15, ranking: 'finviz', stale: false })
    expect(trail.timeline.map((one) => one.event)).toEqual(['received', 'decided'])
    expect(sink.arrivals).toEqual([])
  })

  it('that comes again under its id gets the first answer, and 409 with another body', async () => {
    const first = signal('MSFT')
    const answers = [await send(first), await send(first), await send({ ...first, price: 1 })]
    expect(answers.map((one) => [one.status, one.body['status']])).toEqual([
      [202, 'approved'],
      [202, 'duplicate'],
      [409, 409],
    ])
    expect(answers[1]!.body['id']).toBe(answers[0]!.body['id'])
    await idle()
    expect(sink.arrivals).toHaveLength(1)
  })

  it('that comes ten times at once without an id is one signal', async () => {
    const body = { ticker: 'NVDA', side: 'BUY', price: 5, time: new Date().toISOString() }
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body)))
    expect(new Set(answers.map((one) => one.body['id'])).size).toBe(1)
    expect(answers.filter((one) => one.body['status'] === 'approved')).toHaveLength(1)
  })

  it('that cannot be read is answered with the field, and kept where a person can see it', async () => {
    const { status, body } = await send({ ticker: 'AAPL', side: 'BUY', price: '{{plot_3}}' })
    expect([status, body['field'], body['code']]).toEqual([400, 'price', 'unresolved-placeholder'])
    await until(async () => {
      const kept = await get<{ items: { code: string }[] }>(`${program.url}/api/v1/rejected-payloads`)
      return kept.items.some((one) => one.code === 'unresolved-placeholder')
    })
  })
})

describe('a delivery', () => {
  it('is tried again with the same id and the same bytes', async () => {
    let answers = 0
    sink.answer = (_request, response) => void response.writeHead(answers++ === 0 ? 500 : 200).end()
    const { body } = await send(signal('TSLA'))
    await until(() => sink.arrivals.length === 2)
    const [first, second] = sink.arrivals
    expect(second!.body).toBe(first!.body)
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
    await idle()
    const trail = await get<{ timeline: { event: string }[] }>(
      `${program.url}/api/v1/signals/${String(body['id'])}`,
    )
    expect(trail.timeline.map((one) => one.event)).toEqual(['received', 'decided', 'attempted', 'delivered'])
  })

  it('waits as long as Retry-After says', async () => {
    let answers = 0
    sink.answer = (_request, response) =>
      void (answers++ === 0 ? response.writeHead(429, { 'retry-after': '2' }) : response.writeHead(200)).end()
    await send(signal('SHOP'))
    await until(() => sink.arrivals.length === 2)
    expect(sink.arrivals[1]!.atMs - sink.arrivals[0]!.atMs).toBeGreaterThanOrEqual(1_950)
    await idle()
  })

  it('that the receiver refuses is dead, and arrives when it is replayed', async () => {
    sink.answer = (_request, response) => void response.writeHead(422).end('no such ticker')
    await send(signal('AAPL'))
    await idle()
    const dead = await get<{ items: { excerpt: string; status: number }[] }>(
      `${program.url}/api/v1/deliveries?state=dead`,
    )
    expect(dead.items[0]).toMatchObject({ status: 422, excerpt: 'no such ticker' })
    sink.answer = (_request, response) => void response.writeHead(200).end()
    const { body } = await post(`${program.url}/api/v1/deliveries/replay`, { state: 'dead' }, asAdmin)
    expect(body).toEqual({ replayed: 1, stale: 0 })
    await until(() => sink.arrivals.length === 2)
    expect(sink.arrivals[1]!.body).toBe(sink.arrivals[0]!.body)
    await idle()
  })

  it('keeps the order of its ticker', async () => {
    const ids: string[] = []
    for (let i = 0; i < 40; i++)
      ids.push(String((await send(signal('MSFT', i % 2 ? 'SELL' : 'BUY'))).body['id']))
    await until(() => sink.arrivals.length === 40)
    expect(sink.arrivals.map((one) => (JSON.parse(one.body) as { id: string }).id)).toEqual(ids)
    await idle()
  })
})

describe('the sell desk', () => {
  it('sells what was really bought, once, and leaves no phantom when the forward failed', async () => {
    await post(`${program.url}/sell/all`, { token: ADMIN_TOKEN })
    await idle()
    sink.answer = (_request, response, { body }) =>
      void response.writeHead(body.includes('NVDA') ? 400 : 200).end()
    await send(signal('NVDA'))
    await send(signal('TSLA'))
    await idle()
    const open = await get<{ items: { ticker: string; state: string }[] }>(`${program.url}/sell/list`)
    expect(open.items.map(({ ticker, state }) => [ticker, state])).toEqual([['TSLA', 'open']])
    sink.arrivals.length = 0
    const sold = await Promise.all([0, 1].map(() => post(`${program.url}/sell/all`, { token: ADMIN_TOKEN })))
    expect(sold.map((one) => one.body['sold']).toSorted()).toEqual([0, 1])
    await until(() => sink.arrivals.length === 1)
    expect(JSON.parse(sink.arrivals[0]!.body)).toMatchObject({
      ticker: 'TSLA',
      side: 'sell',
      source: 'manual',
    })
    await idle()
    expect((await get<{ items: unknown[] }>(`${program.url}/sell/list`)).items).toEqual([])
  })

  it('lets an exit through though its ticker has left the list', async () => {
    await send(signal('SHOP'))
    await idle()
    const kept = screener.page
    screener.page = kept.replaceAll('SHOP', 'UBER')
    await until(async () => (await status()).ranking.tickers.includes('UBER'))
    expect((await send(signal('SHOP', 'SELL'))).body).toMatchObject({
      status: 'approved',
      reason: 'position-open',
    })
    await idle()
    expect((await send(signal('SHOP', 'SELL'))).body).toMatchObject({
      status: 'rejected',
      reason: 'not-in-ranking',
    })
    screener.page = kept
    await until(async () => (await status()).ranking.tickers.includes('SHOP'))
  })
})

describe('the ranking', () => {
  it('keeps its last good list when the screener is blocked, and names what happened', async () => {
    const kept = screener.page
    screener.page = '<html><head><title>Just a moment...</title></head><body></body></html>'
    await until(async () => (await status()).ranking.outcome === 'blocked')
    expect((await status()).ranking.tickers).toEqual(LISTED)
    expect((await send(signal('AAPL'))).body['status']).toBe('approved')
    screener.page = kept
    await until(async () => (await status()).ranking.outcome === 'ok')
    await idle()
  })
})

describe('operations', () => {
  it('counts add up', async () => {
    const { signals } = await status()
    expect(signals['received']).toBe(signals['approved']! + signals['rejected']! + signals['held']!)
  })

  it('turns everything away without the admin token, all in the same words', async () => {
    const answers = await Promise.all(
      [{}, { authorization: 'Bearer wrong' }, { 'x-api-key': 'sbx_admin_x' }].map((headers) =>
        fetch(`${program.url}/api/v1/signals`, { headers }),
      ),
    )
    const bodies = await Promise.all(
      answers.map(async (one) => ({ ...((await one.json()) as object), instance: '' })),
    )
    expect(answers.map((one) => one.status)).toEqual([401, 401, 401])
    expect(new Set(bodies.map((one) => JSON.stringify(one))).size).toBe(1)
  })

  it.skipIf(!requireService('promtool'))('gives metrics that promtool has nothing to say about', async () => {
    const text = await (await fetch(`${program.url}/metrics`)).text()
    expect(text).toContain('signalbox_signals_total')
    const said = execFileSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    expect(said).toBe('')
  })

  it('describes its HTTP as docs/openapi.json does (npm run generate writes it)', async () => {
    const document = await get<object>(`${program.url}/docs/openapi.json`)
    await expect(`${JSON.stringify(document, null, 1)}\n`).toMatchFileSnapshot('../docs/openapi.json')
  })

  it('gives the pages, and exports the trail', async () => {
    const page = await fetch(program.url)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
    const csv = await (
      await fetch(`${program.url}/api/v1/signals/export?format=csv`, { headers: asAdmin })
    ).text()
    expect(csv.split('\r\n')[0]).toContain('id,received_at,source,ticker')
    expect(csv.split('\r\n').length).toBeGreaterThan(10)
  })
})
