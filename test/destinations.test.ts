/** Destinations as an operator meets them: made, changed, signed, refused, disabled, brought back, over real HTTP. */
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asAdmin, freshStore, get, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

interface View {
  id: string
  name: string
  origin: string
  state: string
  state_reason: string | null
  settings: Record<string, unknown>
  secrets: number
  url: string
  version: number
}

const FIRST_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr'
const NEXT_SECRET = 'whsec_ZmFyIGJldHRlciB0aGFuIHRoZSBmaXJzdCBvbmUgd2Fz'
const SETTINGS = { limits: [], timeoutMs: 2_000, maxAgeMs: 600_000, retryDelaysMs: [100, 100, 100] }

let sink: Sink
let own: Sink
let store: Awaited<ReturnType<typeof freshStore>>
let program: Program
let n = 0

const start = (more: Record<string, string> = {}) =>
  startProgram({
    ...store.env,
    TOP_N: '0',
    EGRESS_ALLOW: '127.0.0.0/8',
    DEST_WEBHOOK_URL: own.url,
    DEST_WEBHOOK_SECRET: FIRST_SECRET,
    DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
    ...more,
  })
const api = (path: string) => `${program.url}/api/v1/${path}`
const list = async () => (await get<{ items: View[] }>(api('destinations'))).items
const ofEnvironment = async () => (await list()).find((d) => d.origin === 'environment')!
const send = (ticker: string, side = 'BUY') =>
  post(`${program.url}/webhook/in`, { ticker, side, price: 1, id: `d-${n++}` })

async function change(id: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(api(`destinations/${id}`), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...asAdmin, ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as View & Record<string, unknown> }
}

async function make(name: string, more: object = {}) {
  const { status, body } = await post(
    api('destinations'),
    { name, url: sink.url, settings: SETTINGS, ...more },
    asAdmin,
  )
  return { status, body, ...(body as { destination: View; secret: string }) }
}

async function remove(id: string): Promise<number> {
  return (await fetch(api(`destinations/${id}`), { method: 'DELETE', headers: asAdmin })).status
}

const ended = (state: string, id: string) =>
  get<{ items: { signal_id: string; seq: number; reason: string }[] }>(
    api(`deliveries?state=${state}&destination_id=${id}`),
  ).then(({ items }) => items)

beforeAll(async () => {
  sink = await openSink()
  own = await openSink()
  store = await freshStore()
  program = await start()
})

beforeEach(async () => {
  for (const { id, origin } of await list()) if (origin === 'api') await remove(id)
  for (const one of [sink, own]) {
    one.arrivals.length = 0
    one.answer = (_request, response) => void response.writeHead(200).end('ok')
  }
})

afterAll(async () => {
  await program?.stop()
  await store?.close()
  await Promise.all([sink?.close(), own?.close()])
})

describe('a destination made over the API', () => {
  it('takes what its filter lets through, in the words of its template, and is gone when it is removed', async () => {
    const { destination } = await make('only sells', {
      filter: { sides: ['sell'], tickers: ['AAPL'] },
      template: '{"t":"{{ticker}}","do":"{{side}}"}',
    })
    await send('AAPL', 'BUY')
    await send('MSFT', 'SELL')
    await send('AAPL', 'SELL')
    await until(() => sink.arrivals.length === 1 && own.arrivals.length === 3)
    expect(sink.arrivals.map((one) => one.body)).toEqual(['{"t":"AAPL","do":"sell"}'])
    expect(await remove(destination.id)).toBe(204)
    expect(await remove(destination.id)).toBe(404)
    await send('AAPL', 'SELL')
    await until(() => own.arrivals.length === 4)
    expect(sink.arrivals).toHaveLength(1)
  })

  it('changes only what a change names, and not over somebody else’s change', async () => {
    const { destination } = await make('changed')
    const first = await change(destination.id, { settings: { timeoutMs: 1_500 } })
    expect(first.body.settings).toEqual({ ...destination.settings, timeoutMs: 1_500 })
    const stale = await change(destination.id, { name: 'mine' }, { 'if-match': `"${destination.version}"` })
    expect([stale.status, stale.body['code']]).toEqual([412, 'changed-meanwhile'])
  })

  it.each([
    [{ url: 'ftp://x.example' }, 400, 'url'],
    [{ url: 'http://169.254.169.254/latest' }, 400, 'url'],
    [{ template: '{{nonsense}}' }, 400, 'template'],
    [{ settings: { timeoutMs: 5 } }, 400, 'settings.timeoutMs'],
    [{ secret: 'whsec_short' }, 400, 'secret'],
    [{ name: '' }, 400, 'name'],
    [{ colour: 'red' }, 400, 'body'],
  ])('is refused with the field that is wrong: %j', async (wrong, status, field) => {
    const refused = await make('refused', wrong)
    expect([refused.status, refused.body['field']]).toEqual([status, field])
    expect(JSON.stringify(refused.body)).not.toContain('whsec_short')
  })

  it('keeps its name to itself', async () => {
    await make('one of a kind')
    expect((await make('one of a kind')).body).toMatchObject({ status: 409, code: 'name-taken' })
  })

  it('signs with the old secret too for a day after a rotation, and never shows either again', async () => {
    const { destination, secret } = await make('rotated')
    const rotated = await post(api(`destinations/${destination.id}/rotate-secret`), {}, asAdmin)
    const next = rotated.body['secret'] as string
    await send('NVDA')
    await until(() => sink.arrivals.length === 1)
    const { body, headers } = sink.arrivals[0]!
    for (const one of [secret, next])
      expect(new Webhook(one).verify(body, headers as Record<string, string>)).toMatchObject({
        ticker: 'NVDA',
      })
    const shown = JSON.stringify(await list())
    expect(shown).not.toContain(secret.slice(6))
    expect(shown).not.toContain(next.slice(6))
    expect((await list()).find((d) => d.id === destination.id)!.secrets).toBe(2)
  })

  it('says after a test what the receiver answered', async () => {
    sink.answer = (_request, response) => void response.writeHead(418).end('a teapot')
    const { destination } = await make('tested')
    const { body } = await post(api(`destinations/${destination.id}/test`), {}, asAdmin)
    expect(body).toMatchObject({ outcome: 'rejected-by-receiver', status: 418, excerpt: 'a teapot' })
    expect(JSON.parse(sink.arrivals[0]!.body)).toMatchObject({ ticker: 'TEST' })
  })

  it('keeps what comes while it is paused, and sends it when it is resumed', async () => {
    const { destination } = await make('paused')
    expect((await change(destination.id, { state: 'paused' })).body).toMatchObject({
      state: 'paused',
      state_reason: 'by hand',
    })
    await send('AAPL')
    await send('MSFT')
    await until(() => own.arrivals.length === 2)
    expect(await ended('pending', destination.id)).toHaveLength(2)
    expect(sink.arrivals).toEqual([])
    await change(destination.id, { state: 'active' })
    await until(() => sink.arrivals.length === 2)
  })

  it('is disabled by 410, says so, and goes on when a person enables it', async () => {
    sink.answer = (_request, response) => void response.writeHead(410).end()
    const { destination } = await make('gone')
    await send('TSLA')
    await until(async () => (await list()).find((d) => d.id === destination.id)!.state === 'disabled')
    expect((await list()).find((d) => d.id === destination.id)!.state_reason).toContain('410')
    await until(async () => (await ended('dead', destination.id)).length === 1)
    await send('TSLA')
    await until(() => own.arrivals.length === 2)
    expect(sink.arrivals).toHaveLength(1)
    sink.answer = (_request, response) => void response.writeHead(200).end()
    await change(destination.id, { state: 'active' })
    await post(api('deliveries/replay'), { state: 'dead', destination_id: destination.id }, asAdmin)
    await until(() => sink.arrivals.length === 2)
  })
})

describe('dead letters', () => {
  it('are replayed one, or all since a time, each once', async () => {
    sink.answer = (_request, response) => void response.writeHead(400).end('no')
    const { destination } = await make('dead letters')
    for (const ticker of ['A', 'B', 'C']) await send(ticker)
    await until(async () => (await ended('dead', destination.id)).length === 3)
    const dead = await ended('dead', destination.id)
    sink.answer = (_request, response) => void response.writeHead(200).end()
    const replay = async (body: object) =>
      (await post(api('deliveries/replay'), { destination_id: destination.id, ...body }, asAdmin)).body
    const one = { deliveries: [{ signal_id: dead[0]!.signal_id, seq: dead[0]!.seq }] }
    expect(await replay(one)).toEqual({ replayed: 1, stale: 0 })
    expect(await replay(one)).toEqual({ replayed: 0, stale: 0 })
    expect(await replay({ state: 'dead', since: new Date(Date.now() + 60_000).toISOString() })).toEqual({
      replayed: 0,
      stale: 0,
    })
    expect(await replay({ state: 'dead', since: new Date(Date.now() - 60_000).toISOString() })).toEqual({
      replayed: 2,
      stale: 0,
    })
    await until(() => sink.arrivals.length === 6)
  })

  it('that are older than their destination takes are sent only when forced', async () => {
    sink.answer = (_request, response) => void response.writeHead(400).end('no')
    const { destination } = await make('late letters', { settings: { ...SETTINGS, maxAgeMs: 1_000 } })
    await send('LATE')
    await until(async () => (await ended('dead', destination.id)).length === 1)
    const replay = async (more: object = {}) =>
      (await post(api('deliveries/replay'), { destination_id: destination.id, ...more }, asAdmin)).body
    const [letter] = await ended('dead', destination.id)
    const { signal } = await get<{ signal: { received_at: string } }>(api(`signals/${letter!.signal_id}`))
    await until(() => Date.now() - Date.parse(signal.received_at) > 1_000)
    expect(await replay()).toEqual({ replayed: 0, stale: 1 })
    sink.answer = (_request, response) => void response.writeHead(200).end()
    expect(await replay({ force: true })).toEqual({ replayed: 1, stale: 0 })
    await until(() => sink.arrivals.length === 2)
    expect(await ended('dead', destination.id)).toEqual([])
  })
})

describe('the destination of the environment', () => {
  it('stays as a person left it over a restart, takes a new secret, and signs with the old one meanwhile', async () => {
    const { id } = await ofEnvironment()
    await change(id, { state: 'disabled' })
    await program.stop()
    program = await start({ DEST_WEBHOOK_SECRET: NEXT_SECRET })
    expect(await ofEnvironment()).toMatchObject({ state: 'disabled', state_reason: 'by hand', secrets: 2 })
    await change(id, { state: 'active' })
    await send('AAPL')
    await until(() => own.arrivals.length === 1)
    const { body, headers } = own.arrivals[0]!
    for (const secret of [FIRST_SECRET, NEXT_SECRET])
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeTruthy()
  })

  it('is retired when the settings no longer name it, and comes back with them', async () => {
    const { id } = await ofEnvironment()
    await program.stop()
    program = await start({ DEST_WEBHOOK_URL: '' })
    expect(await ofEnvironment()).toMatchObject({ id, state: 'disabled' })
    await program.stop()
    program = await start()
    expect(await ofEnvironment()).toMatchObject({ id, state: 'active', state_reason: null })
  })

  it('cannot be given another address, nor be removed, but by the settings', async () => {
    const { id } = await ofEnvironment()
    expect((await change(id, { url: sink.url })).body).toMatchObject({ status: 409, field: 'url' })
    expect(await remove(id)).toBe(409)
  })
})
