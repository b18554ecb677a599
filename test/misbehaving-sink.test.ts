/** Receivers that fail half the time, hang, limit, or hang up half-way, beside a healthy one: nothing lost, nobody else waits. */
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, freshStore, get, openSink, post, startProgram, until } from './stage.ts'
import type { Arrival, Program, Sink } from './stage.ts'

const TICKERS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'AMD', 'SHOP']
const COUNT = 60
const TIMEOUT_MS = 1_000
const RETRY_AFTER_MS = 1_000
/** The limited receiver's permits, and their window. */
const PERMITS = 20
const WINDOW_MS = 2_000
/** The measuring socket and the permit lie a few milliseconds apart. */
const WINDOW_SEEN_MS = WINDOW_MS - 100

const ok = (response: ServerResponse) => void response.writeHead(200).end('ok')

/** Each webhook-id is treated badly the first time (and `half` every second time), well after that. */
const BEHAVIOURS: Record<string, (arrival: Arrival, seen: number, response: ServerResponse) => void> = {
  healthy: (_arrival, _seen, response) => ok(response),
  failing: (_arrival, seen, response) =>
    seen % 2 === 1 ? void response.writeHead(500).end('half the time') : ok(response),
  hanging: (_arrival, seen, response) => (seen === 1 ? undefined : ok(response)),
  limiting: (_arrival, seen, response) =>
    seen === 1
      ? void response.writeHead(429, { 'retry-after': String(RETRY_AFTER_MS / 1000) }).end()
      : ok(response),
  'hanging up': (_arrival, seen, response) => {
    if (seen > 1) return ok(response)
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half an ans')
    setImmediate(() => response.destroy())
  },
}

const sinks = new Map<string, Sink>()
/** When each was sent, by the id it was answered with. */
const sentAtMs = new Map<string, number>()
let store: Awaited<ReturnType<typeof freshStore>>
let program: Program

const idOf = ({ body }: Arrival) => (JSON.parse(body) as { id: string }).id
const tickerOf = ({ body }: Arrival) => (JSON.parse(body) as { ticker: string }).ticker
const arrivalsAt = (name: string) => sinks.get(name)!.arrivals

function firstArrivals(name: string): Arrival[] {
  const seen = new Set<string>()
  return arrivalsAt(name).filter((one) => !seen.has(idOf(one)) && seen.add(idOf(one)))
}

beforeAll(async () => {
  store = await freshStore()
  program = await startProgram({ ...store.env, TOP_N: '0', EGRESS_ALLOW: '127.0.0.0/8' })
  for (const [name, behave] of Object.entries(BEHAVIOURS)) {
    const sink = await openSink()
    const seen = new Map<string, number>()
    sink.answer = (_request, response, arrival) => {
      const times = (seen.get(idOf(arrival)) ?? 0) + 1
      seen.set(idOf(arrival), times)
      behave(arrival, times, response)
    }
    sinks.set(name, sink)
    const settings = {
      limits: name === 'failing' ? [{ permits: PERMITS, windowMs: WINDOW_MS }] : [],
      concurrency: 16,
      timeoutMs: TIMEOUT_MS,
      maxAgeMs: 600_000,
      retryDelaysMs: Array.from({ length: 20 }, () => 200),
    }
    const made = await post(`${program.url}/api/v1/destinations`, { name, url: sink.url, settings }, asAdmin)
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  }
  for (let i = 0; i < COUNT; i++) {
    const side = i % 2 ? 'SELL' : 'BUY'
    const { body } = await post(`${program.url}/webhook/in`, {
      ticker: TICKERS[i % TICKERS.length],
      side,
      price: i + 1,
      id: `m-${i}`,
    })
    sentAtMs.set(body['id'] as string, Date.now())
  }
  await until(async () => {
    const pending = await get<{ items: unknown[] }>(`${program.url}/api/v1/deliveries?state=pending`)
    return pending.items.length === 0
  }, 150_000)
}, 180_000)

afterAll(async () => {
  await program?.stop()
  await store?.close()
  for (const sink of sinks.values()) await sink.close()
})

describe.each(Object.keys(BEHAVIOURS))('the %s receiver', (name) => {
  it('gets every signal, none as dead or expired', async () => {
    expect(new Set(arrivalsAt(name).map(idOf))).toEqual(new Set(sentAtMs.keys()))
    for (const state of ['dead', 'expired'])
      expect(
        (await get<{ items: unknown[] }>(`${program.url}/api/v1/deliveries?state=${state}`)).items,
      ).toEqual([])
  })

  it('never sees two contents under one webhook-id', () => {
    const contents = new Map<string, Set<string>>()
    for (const { headers, body } of arrivalsAt(name)) {
      const id = headers['webhook-id'] as string
      contents.set(id, (contents.get(id) ?? new Set()).add(body))
    }
    expect(contents.size).toBe(COUNT)
    expect([...contents.values()].filter((bodies) => bodies.size > 1)).toEqual([])
  })

  it('sees each ticker in the order of its signals', () => {
    const order = [...sentAtMs.keys()]
    for (const ticker of TICKERS) {
      const places = firstArrivals(name)
        .filter((one) => tickerOf(one) === ticker)
        .map((one) => order.indexOf(idOf(one)))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
    }
  })
})

it('does not make the healthy receiver wait, nor send it anything twice', () => {
  const healthy = arrivalsAt('healthy')
  expect(healthy).toHaveLength(COUNT)
  const waits = healthy.map((one) => one.atMs - sentAtMs.get(idOf(one))!)
  expect(Math.max(...waits)).toBeLessThan(TIMEOUT_MS)
})

it('waits as long as a receiver says before the same ticker is tried again', () => {
  const byId = Map.groupBy(arrivalsAt('limiting'), idOf)
  for (const [first, second] of byId.values())
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(RETRY_AFTER_MS - 50)
})

it('keeps a failing receiver’s limit in every sliding window, retries included', () => {
  const times = arrivalsAt('failing')
    .map((one) => one.atMs)
    .toSorted((a, b) => a - b)
  expect(times.length).toBeGreaterThanOrEqual(2 * COUNT)
  for (const startMs of times) {
    const within = times.filter((atMs) => atMs >= startMs && atMs < startMs + WINDOW_SEEN_MS)
    expect(within.length).toBeLessThanOrEqual(PERMITS)
  }
})
