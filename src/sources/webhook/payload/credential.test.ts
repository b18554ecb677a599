import { describe, expect, it } from 'vitest'
import { readPayload, redactSecrets } from './index.ts'

const TOKEN = 'sbx_hook_0123456789ABCDEFGHIJabcdefghij012345'
const read = (text: string) => readPayload({ text, nowMs: Date.parse('2026-01-01T00:00:00Z') })

describe('credentials in JSON', () => {
  it.each([
    ...['token', 'secret', 'passphrase', 'password', 'apikey', 'api_key', 'apiKey', 'API-Key', 'key'].map(
      (name) => ({ [name]: TOKEN }),
    ),
    ...['webhook_secret', 'bot_secret', 'email_token', 'auth', 'Secret Key'].map((name) => ({
      [name]: TOKEN,
    })),
    { data: { key: TOKEN } },
    { strategy: { passphrase: TOKEN } },
    { extras: { deep: [{ api_secret: TOKEN }] } },
  ])('%j is taken out and offered', (fields: object) => {
    const payload = read(JSON.stringify({ ticker: 'A', ...fields, side: 'buy', extra: 1 }))
    expect(payload).toMatchObject({ outcome: 'signals', credentials: [TOKEN] })
    const { credentials: _, ...rest } = payload
    expect(JSON.stringify(rest)).not.toContain('abcdefghij')
    expect(rest).toMatchObject({ items: [{ draft: { metadata: { extra: 1 } } }] })
  })

  it('leaves the rest of the body as it was', () => {
    const text = '{"ticker":"A","key":"abcdefgh","side":"buy","price":1.50,"n":[1,{"b":null}],"t":"é\\u00e9"}'
    expect(read(text)).toMatchObject({
      items: [{ draft: { body: '{"ticker":"A","side":"buy","price":1.5,"n":[1,{"b":null}],"t":"éé"}' } }],
    })
  })

  it('keeps the very bytes of a body without credentials', () => {
    const text = ' {"ticker" : "A",\n"side":"buy", "price": 1.500 } '
    expect(read(text)).toMatchObject({ items: [{ draft: { body: text } }] })
  })

  it.each([
    [`{"ticker":"A","side":"buy","secret":"s3cr3t-long","comment":"by s3cr3t-long"}`, 's3cr3t-long'],
    [`{"ticker":"A","side":"buy","secret":"s3c\\"r\\\\t-long","comment":"by s3c\\"r\\\\t-long"}`, 't-long'],
    [`{"ticker":"A","side":"buy","comment":"see https://x.example/hooks/${TOKEN}"}`, 'abcdefghij'],
    [`{"ticker":"A","side":"buy","strategy":"${TOKEN}"}`, 'abcdefghij'],
    [`{"side":"buy","key":"${TOKEN}","price":"${TOKEN}"}`, 'abcdefghij'],
    [`{"ticker":"${TOKEN}","side":"buy","key":"${TOKEN}"}`, 'abcdefghij'],
  ])('takes it out where it stands a second time: %.80s', (text, piece) => {
    const { credentials: _, ...rest } = read(text)
    expect(JSON.stringify(rest)).not.toContain(piece)
  })

  it('does not take a common word deep inside for a credential', () => {
    const payload = read('{"ticker":"A","side":"buy","extras":{"key":"value","token":"PEPE"}}')
    expect(payload).toMatchObject({
      credentials: [],
      items: [{ draft: { metadata: { extras: { key: 'value', token: 'PEPE' } } } }],
    })
  })

  it('takes them out of forms', () => {
    expect(read(`ticker=A&side=buy&api_key=${TOKEN}&x=a%20b`)).toMatchObject({
      credentials: [TOKEN],
      items: [{ draft: { body: 'ticker=A&side=buy&x=a+b', metadata: { x: 'a b' } } }],
    })
  })

  it('offers them from refused bodies too, and keeps them out of what is logged', () => {
    const payload = read(`{"ticker":"A","side":"hodl","token":"${TOKEN}"}`)
    expect(payload).toMatchObject({
      outcome: 'refused',
      credentials: [TOKEN],
      body: '{"ticker":"A","side":"hodl"}',
    })
  })
})

describe('redactSecrets', () => {
  it.each([
    ['{"ticker":"A","token":"abc\\"def","side":}', '{"ticker":"A","token":***,"side":}'],
    ['{"passphrase" : "abc def', '{"passphrase" : ***'],
    ["{'api_key':'abc'}", "{'api_key':***}"],
    ['{“secret”: “abc def”}', '{“secret”: ***}'],
    ['{\\"key\\":\\"abc\\"}', '{\\"key\\":***'],
    ['my_webhook_secret=abc&x=1', 'my_webhook_secret=***&x=1'],
    ['password: abc, x', 'password: ***, x'],
    ['abc|strategy|buy|A', '***|strategy|buy|A'],
    ['monkey=1', 'monkey=1'],
    [`no ${TOKEN} here`, 'no sbx_hook_*** here'],
  ])('%j becomes %j', (text, clean) => {
    expect(redactSecrets(text)).toBe(clean)
  })

  it('is bounded in what it reads', () => {
    expect(redactSecrets('x'.repeat(300_000)).length).toBe(16_384)
  })
})
