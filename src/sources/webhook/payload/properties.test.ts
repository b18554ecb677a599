import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPayload, redactSecrets, type Payload } from './index.ts'
import { faultsOf } from './invariants.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const read = (text: string): Payload => readPayload({ text, nowMs })

const ticker = fc
  .stringMatching(/^[A-Z][A-Z0-9._&-]{0,12}$/)
  .filter((text) => !['NULL', 'UNDEFINED'].includes(text))
const side = fc.constantFrom('buy', 'sell')
const decimal = fc.stringMatching(/^[1-9]\d{0,17}(\.\d{0,17}[1-9])?$/)
const word = fc.constantFrom(
  'BUY',
  'sell',
  'AAPL',
  'NASDAQ:AAPL',
  '1D',
  '@',
  '150',
  'q=1',
  '|',
  ',',
  '-',
  '\n',
  ':',
  '=',
  '{{x}}',
  '%ab_c%',
  'key=',
  'cancel',
  '"',
  '{',
  '}',
  '[',
  ']',
  'é',
  '\u200d',
  'order buy @ 1 filled on',
  'side: ',
  'ticker: ',
)
/** Objects made of the names the readers look for. */
const knownBody = fc.dictionary(
  fc.constantFrom(
    'ticker',
    'symbol',
    'side',
    'action',
    'order',
    'type',
    'sentiment',
    'price',
    'quantity',
    'time',
    'id',
    'strategy',
    'data',
    'stocks',
    'trigger_prices',
    'triggered_at',
    'alerts',
    'receiver',
    'key',
    'token',
    'msg',
    'exchange',
    'bar',
  ),
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('BUY', 'exit', 'AAPL', '1.5', '2:34 pm', 'NaN', 1700000000),
    word,
  ),
)

describe('laws of reading', () => {
  it('gives back what a plain body says, however it is spelt', () => {
    const names = fc.record({
      ticker: fc.constantFrom('ticker', 'symbol', 'Ticker', 'instrument', 'tv_instrument', 'pair'),
      side: fc.constantFrom(
        'side',
        'action',
        'Action',
        'order',
        'signal',
        'direction',
        'strategy.order_action',
      ),
      price: fc.constantFrom('price', 'signalPrice', 'close', 'order_price'),
      quantity: fc.constantFrom('quantity', 'qty', 'size', 'contracts', 'amount'),
    })
    fc.assert(
      fc.property(
        names,
        ticker,
        side,
        decimal,
        decimal,
        fc.boolean(),
        (name, ticker, side, price, quantity, isText) => {
          const number = (text: string) => (isText ? `"${text}"` : text)
          const cased = isText ? side.toUpperCase() : side
          const text = `{"${name.ticker}":"${ticker}","${name.side}":"${cased}","${name.price}":${number(price)},"${name.quantity}":${number(quantity)}}`
          expect(read(text)).toEqual({
            outcome: 'signals',
            batch: false,
            credentials: [],
            items: [{ ok: true, carriesTime: false, draft: { ticker, side, price, quantity, body: text } }],
          })
        },
      ),
    )
  })

  it('answers any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void expect(faultsOf(read(JSON.stringify(value)))).toEqual([])),
      { numRuns: 300 },
    )
  })

  it('answers any body made of known names', () => {
    const body = fc.oneof(knownBody, fc.array(knownBody, { maxLength: 4 }))
    fc.assert(
      fc.property(body, (value) => void expect(faultsOf(read(JSON.stringify(value)))).toEqual([])),
      { numRuns: 2_000 },
    )
  })

  it('answers any text', () => {
    const text = fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 12 })
    const sent = fc.oneof(
      fc.string({ unit: 'binary' }),
      text.map((words) => words.join(' ')),
      text.map((words) => words.join('')),
    )
    fc.assert(
      fc.property(sent, (text) => void expect(faultsOf(read(text))).toEqual([])),
      { numRuns: 3_000 },
    )
  })

  it('answers a batch with as many items as it has', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ ticker, side }), { minLength: 1, maxLength: 30 }), (items) => {
        for (const text of [
          JSON.stringify(items),
          items.map((item) => JSON.stringify(item)).join('\n') + '\n{}',
        ]) {
          const payload = read(text)
          const told = payload.outcome === 'signals' ? payload.items : []
          expect(told.filter((item) => item.ok).map((item) => item.draft.ticker)).toEqual(
            items.map(({ ticker }) => ticker),
          )
        }
      }),
    )
  })

  it('lets no credential through, wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+/"\\é]{12,40}$/).map((text) => `${text}Zq9`)
    const name = fc.constantFrom(
      'token',
      'secret',
      'passphrase',
      'password',
      'apikey',
      'api_key',
      'key',
      'webhook_secret',
    )
    fc.assert(
      fc.property(secret, name, knownBody, fc.nat(4), (secret, name, body, place) => {
        const rest = {
          ...body,
          ...(place === 1 && { comment: `my ${secret}` }),
          ...(place === 2 && { ticker: secret }),
        }
        const value = place === 0 ? { ...rest, data: { [name]: secret } } : { ...rest, [name]: secret }
        const text = place === 4 ? `[${JSON.stringify(value)},5]` : JSON.stringify(value)
        const { credentials, ...payload } = read(text)
        expect(credentials).toContain(secret)
        const written = JSON.stringify(payload)
        expect(written).not.toContain(secret)
        expect(written).not.toContain(JSON.stringify(secret).slice(1, -1))
      }),
      { numRuns: 500 },
    )
  })

  it('redacts any text without fault', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void expect(typeof redactSecrets(text)).toBe('string'),
      ),
    )
  })
})
