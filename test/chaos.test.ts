/**
 * Kill -9 of a random process at random moments under load: what was answered 202 is in the journal and reaches the
 * destination or a visible end; no destination sees two contents under one webhook-id; the order of each ticker holds.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshStore, freePort, get, openScreener, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

const KILLS = 30
const TICKERS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'SHOP', 'META']
const onServer = Boolean(process.env['TEST_DATABASE_URL'])
/** Embedded there is one process; on PostgreSQL two gateways and two deliverers. */
const ROLES = onServer ? ['gateway', 'gateway', 'deliverer', 'deliverer'] : ['all']

let sink: Sink
let screener: Awaited<ReturnType<typeof openScreener>>
let store: Awaited<ReturnType<typeof freshStore>>
let programs: Program[] = []
let ports: number[] = []
const accepted: { ticker: string; id: string }[] = []

const environment = (role: string): Record<string, string> => ({
  ...store.env,
  ROLES: role,
  DEST_WEBHOOK_URL: sink.url,
  DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
  DEST_WEBHOOK_MAX_AGE_SEC: '600',
  FINVIZ_URL: screener.url,
  FINVIZ_REFRESH_SEC: '2',
  LOG_LEVEL: 'fatal',
})

beforeAll(async () => {
  sink = await openSink()
  screener = await openScreener(TICKERS)
  store = await freshStore()
  ports = await Promise.all(ROLES.map(() => freePort()))
  programs = []
  for (const [i, role] of ROLES.entries()) programs.push(await startProgram(environment(role), ports[i]))
})

afterAll(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  await store?.close()
  await sink?.close()
  await screener?.close()
})

/** One sender a ticker: posts one signal after the other, each again until it is answered. */
async function sendAll(ticker: string, stopped: () => boolean): Promise<void> {
  const gateways = ROLES.flatMap((role, i) => (role === 'deliverer' ? [] : [ports[i]!]))
  for (let n = 0; !stopped(); n++) {
    const body = { ticker, side: n % 2 === 0 ? 'BUY' : 'SELL', price: 100 + n, id: `${ticker}-${n}` }
    for (let attempt = 0; ; attempt++) {
      const port = gateways[(n + attempt) % gateways.length]!
      const answer = await post(`http://127.0.0.1:${port}/webhook/in`, body).catch(() => null)
      if (answer?.status === 202) {
        accepted.push({ ticker, id: String(answer.body['id']) })
        break
      }
      if (answer !== null && answer.status < 500)
        throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

it('loses nothing that was answered 202, repeats only under its id, and keeps the order of each ticker', async () => {
  await until(async () => {
    const { ranking } = await get<{ ranking: { tickers: string[] } }>(`${programs[0]!.url}/status`)
    return ranking.tickers.length === TICKERS.length
  })
  let stopped = false
  const senders = TICKERS.map((ticker) => sendAll(ticker, () => stopped))
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 600))
    const at = Math.floor(Math.random() * programs.length)
    await programs[at]!.kill()
    programs[at] = await startProgram(environment(ROLES[at]!), ports[at])
  }
  stopped = true
  await Promise.all(senders)
  const gateway = programs[0]!.url
  await until(
    async () =>
      (await get<{ items: unknown[] }>(`${gateway}/api/v1/deliveries?state=pending`)).items.length === 0,
    60_000,
  )

  const contents = new Map<string, string>()
  const arrivedInOrder = new Map<string, string[]>()
  for (const { headers, body } of sink.arrivals) {
    const webhookId = String(headers['webhook-id'])
    const { id, ticker } = JSON.parse(body) as { id: string; ticker: string }
    expect(contents.get(webhookId) ?? body).toBe(body)
    if (!contents.has(webhookId)) arrivedInOrder.set(ticker, [...(arrivedInOrder.get(ticker) ?? []), id])
    contents.set(webhookId, body)
  }
  for (const ticker of TICKERS) {
    const sent = accepted.filter((one) => one.ticker === ticker).map((one) => one.id)
    expect(arrivedInOrder.get(ticker)).toEqual(sent)
  }
  expect(accepted.length).toBeGreaterThan(KILLS * 3)
}, 600_000)
