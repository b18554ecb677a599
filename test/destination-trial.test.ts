/** Trying a destination out, and how it has been of late: a template's preview, and its health. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, freshStore, get, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

let sink: Sink
let store: Awaited<ReturnType<typeof freshStore>>
let program: Program

const api = (path: string) => `${program.url}/api/v1/${path}`
const send = (ticker: string) => post(`${program.url}/webhook/in`, { ticker, side: 'BUY', price: 1 })

async function make() {
  const settings = { limits: [], retryDelaysMs: [100] }
  const { body } = await post(api('destinations'), { name: 'watched', url: sink.url, settings }, asAdmin)
  return body as { destination: { id: string } }
}

const pause = (id: string) =>
  fetch(api(`destinations/${id}`), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...asAdmin },
    body: JSON.stringify({ state: 'paused' }),
  })

beforeAll(async () => {
  sink = await openSink()
  store = await freshStore()
  program = await startProgram({ ...store.env, TOP_N: '0', EGRESS_ALLOW: '127.0.0.0/8' })
})
afterAll(async () => {
  await program?.stop()
  await store?.close()
  await sink?.close()
})

describe('the health of a destination', () => {
  it('counts how its deliveries ended, what was tried again and what waits', async () => {
    const { destination } = await make()
    const health = () => get<Record<string, unknown>>(api(`destinations/${destination.id}/health`))
    expect(await health()).toMatchObject({
      delivered: 0,
      success_rate: null,
      waiting: 0,
      failing_since: null,
    })
    let answers = 0
    const codes = [200, 500, 200, 400]
    sink.answer = (_request, response) => void response.writeHead(codes[answers++] ?? 200).end()
    for (const ticker of ['ONE', 'TWO', 'THREE']) {
      await send(ticker)
      await until(async () => (await health())['waiting'] === 0)
    }
    const { latency_ms, ...counts } = await health()
    expect(counts).toMatchObject({ hours: 1, delivered: 2, dead: 1, expired: 0, failed_attempts: 1 })
    expect(counts['success_rate']).toBeCloseTo(2 / 3)
    expect((latency_ms as { p50: number }).p50).toBeGreaterThan(0)
    await pause(destination.id)
    await send('FOUR')
    await until(async () => (await health())['waiting'] === 1)
    expect((await health())['waiting_since']).not.toBeNull()
  })
})

describe('a template', () => {
  const preview = async (template?: string) => {
    const { body } = await post(api('destinations/preview'), { template }, asAdmin)
    return body
  }

  it('shows what it would send', async () => {
    expect(await preview('{"t":"{{ticker}}","p":{{price}}}')).toMatchObject({
      ok: true,
      body: '{"t":"TEST","p":150.25}',
    })
    expect(JSON.parse(String((await preview())['body']))).toMatchObject({ ticker: 'TEST', action: 'buy' })
  })

  it('says what is wrong with it, and where', async () => {
    expect(await preview('{\n  "t": "{{tikcer}}"\n}')).toMatchObject({ ok: false, line: 2, column: 9 })
    expect(await preview('{"t": {{ticker}}, }')).toMatchObject({ ok: false, line: 1, column: 19 })
  })
})
