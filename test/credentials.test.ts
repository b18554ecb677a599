/** Who may send: every form of credential, the networks of a key, its field map, and what is stored of it all. */
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, freshStore, get, post, startProgram, until } from './stage.ts'
import type { Program } from './stage.ts'

const SIGNING_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr'

let store: Awaited<ReturnType<typeof freshStore>>
let program: Program
let n = 0

const signal = (more: object = {}) => ({ ticker: 'AAPL', side: 'BUY', price: 1, id: `c-${n++}`, ...more })
const keys = (path = '') => `${program.url}/api/v1/webhook-keys${path}`

async function makeKey(more: object = {}) {
  const { status, body } = await post(keys(), { name: `key ${n++}`, ...more }, asAdmin)
  return { status, ...(body as { id: string; token: string; url: string; field?: string }) }
}

/** Each time from another address, unless one is named: wrong keys slow an address down. */
const send = (body: unknown, { path = '/webhook/in', headers = {} as Record<string, string> } = {}) =>
  post(`${program.url}${path}`, body, { 'x-forwarded-for': `198.18.0.${n++ % 256}`, ...headers })

beforeAll(async () => {
  store = await freshStore()
  program = await startProgram({
    ...store.env,
    TOP_N: '0',
    WEBHOOK_AUTH: 'required',
    TRUSTED_PROXIES: '127.0.0.1/32',
  })
})

afterAll(async () => {
  await program?.stop()
  await store?.close()
})

const FORMS: Record<
  string,
  (token: string) => { body: object; path?: string; headers?: Record<string, string> }
> = {
  'Authorization: Bearer': (token) => ({ body: signal(), headers: { authorization: `Bearer ${token}` } }),
  'X-Api-Key': (token) => ({ body: signal(), headers: { 'x-api-key': token } }),
  '?key=': (token) => ({ body: signal(), path: `/webhook/in?key=${token}` }),
  '/hooks/:key': (token) => ({ body: signal(), path: `/hooks/${token}` }),
  'a token in the body': (token) => ({ body: signal({ token }) }),
  'a secret in the body': (token) => ({ body: signal({ secret: token }) }),
  'a passphrase in the body': (token) => ({ body: signal({ passphrase: token }) }),
}

describe.each(Object.keys(FORMS))('a key sent as %s', (form) => {
  it('is let in when it is right, refused in the same words when wrong or revoked, and stored nowhere', async () => {
    const key = await makeKey()
    const sent = FORMS[form]!(key.token)
    const answer = await send(sent.body, sent)
    expect([answer.status, answer.body['status']]).toEqual([202, 'approved'])
    const kept = await get<object>(`${program.url}/api/v1/signals/${String(answer.body['id'])}`)
    expect(JSON.stringify(kept)).not.toContain(key.token)
    const wrong = FORMS[form]!(`${key.token.slice(0, -4)}0000`)
    const refused = await send(wrong.body, wrong)
    expect([refused.status, refused.body['code']]).toEqual([401, 'unauthorized'])
    await fetch(keys(`/${key.id}`), { method: 'DELETE', headers: asAdmin })
    const late = FORMS[form]!(key.token)
    const revoked = await send(late.body, late)
    expect({ ...revoked.body, instance: '' }).toEqual({ ...refused.body, instance: '' })
  })
})

describe('a signed sender', () => {
  it('needs no token, and one changed byte is refused', async () => {
    await makeKey({ signing_secret: SIGNING_SECRET })
    const body = JSON.stringify(signal())
    const at = new Date()
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(SIGNING_SECRET).sign('msg_1', at, body),
    }
    expect((await send(body, { headers })).status).toBe(202)
    expect((await send(body.replace('AAPL', 'MSFT'), { headers })).status).toBe(401)
  })
})

describe('a key', () => {
  it('is shown once, and afterwards only by its beginning and end', async () => {
    const key = await makeKey()
    expect(key.url).toContain(`/hooks/${key.token}`)
    const listed = JSON.stringify(await get<object>(keys()))
    expect(listed).toContain(key.id)
    expect(listed).not.toContain(key.token)
  })

  it('takes only from its networks, as the trusted proxy names them, and tells what was turned away', async () => {
    const key = await makeKey({ options: { networks: ['tradingview', '203.0.113.0/24'] } })
    const from = (address: string) =>
      send(signal(), { headers: { 'x-api-key': key.token, 'x-forwarded-for': address } })
    expect((await from('203.0.113.9')).status).toBe(202)
    expect((await from('52.89.214.238')).status).toBe(202)
    expect((await from('198.51.100.7')).status).toBe(401)
    await until(async () => {
      const { items } = await get<{ items: { code: string; remote: string }[] }>(
        `${program.url}/api/v1/rejected-payloads`,
      )
      return items.some((one) => one.code === 'wrong-network' && one.remote === '198.51.100.7')
    })
  })

  it('reads odd bodies by its field map, and defaults a side where a sender has none', async () => {
    const options = { fieldMap: { ticker: 'alert.sym', price: 'alert.px' }, defaultSide: 'sell' }
    const key = await makeKey({ options })
    const { body } = await send({ alert: { sym: 'nvda', px: '12.5' } }, { path: `/hooks/${key.token}` })
    const { signal: kept } = await get<{ signal: object }>(
      `${program.url}/api/v1/signals/${String(body['id'])}`,
    )
    expect(kept).toMatchObject({ ticker: 'NVDA', side: 'sell', price: '12.5' })
  })

  it('refuses what is already old on arrival', async () => {
    const key = await makeKey({ options: { maxLagSec: 60 } })
    const old = signal({ time: new Date(Date.now() - 120_000).toISOString() })
    expect((await send(old, { path: `/hooks/${key.token}` })).body).toMatchObject({
      status: 'rejected',
      reason: 'too-old-on-arrival',
    })
  })

  it.each([
    [{ options: { networks: ['10.0.0.0/99'] } }, 'options.networks'],
    [{ options: { repeatWindowSec: 3 } }, 'options.repeatWindowSec'],
    [{ name: '' }, 'name'],
    [{ signing_secret: 'short' }, 'signing_secret'],
  ])('is not made from %j, and the field is named', async (wrong, field) => {
    const made = await makeKey(wrong)
    expect([made.status, made.field]).toEqual([400, field])
  })
})

it('wrong keys in a row slow the sender down, and do not slow another', async () => {
  const from = (address: string, key: string) =>
    send(signal(), { headers: { 'x-api-key': key, 'x-forwarded-for': address } })
  const { token } = await makeKey()
  await until(async () => (await from('198.51.100.66', 'sbx_hook_wrong')).status === 429)
  expect((await from('198.51.100.67', token)).status).toBe(202)
  expect((await from('198.51.100.66', token)).status).toBe(202)
})

it('takes no more of a key in a minute than the key allows, and says when to come again', async () => {
  const key = await makeKey({ options: { perMinute: 2 } })
  const ask = () => post(key.url, signal())
  expect([(await ask()).status, (await ask()).status]).toEqual([202, 202])
  const over = await ask()
  expect(over.status).toBe(429)
  expect(over.body).toMatchObject({ code: 'over-limit', detail: 'This key takes 2 requests a minute.' })
  expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(30)
  await until(async () => {
    const { items } = await get<{ items: { key_id: string; code: string }[] }>(
      `${program.url}/api/v1/rejected-payloads?key_id=${key.id}`,
    )
    return items.length === 1 && items[0]!.key_id === key.id && items[0]!.code === 'over-limit'
  })
})
