import { describe, expect, it } from 'vitest'
import { readPayload, type Payload } from './index.ts'
import type { PayloadRequest } from './request.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')

const read = (text: string, more: Partial<PayloadRequest> = {}): Payload =>
  readPayload({ text, nowMs, ...more })
const readJson = (body: unknown, more: Partial<PayloadRequest> = {}): Payload =>
  read(JSON.stringify(body), more)

function draftOf(payload: Payload) {
  const item = payload.outcome === 'signals' ? payload.items[0]! : payload
  if (!('draft' in item)) throw new Error(`refused: ${JSON.stringify(item)}`)
  return item.draft
}

describe('the plain body', () => {
  it('is read whole', () => {
    const text = '{"ticker":"AAPL","side":"BUY","price":150.25,"time":"2024-01-01T10:00:00Z"}'
    expect(read(text)).toEqual({
      outcome: 'signals',
      batch: false,
      credentials: [],
      items: [
        {
          ok: true,
          carriesTime: true,
          draft: { ticker: 'AAPL', side: 'buy', price: '150.25', occurredAtMs: 1704103200000, body: text },
        },
      ],
    })
  })

  it.each([
    [
      { symbol: 'aapl', action: 'sell' },
      { ticker: 'AAPL', side: 'sell' },
    ],
    [
      { ticker: 'NASDAQ_DLY:AAPL', order: 'long' },
      { ticker: 'AAPL', exchange: 'NASDAQ', side: 'buy' },
    ],
    [
      { ticker: 'AAPL', exchange: 'BATS_DL', side: 'buy' },
      { ticker: 'AAPL', exchange: 'BATS' },
    ],
    [
      { Symbol: 'HYPEUSDT.P', Action: 'Exit' },
      { ticker: 'HYPEUSDT.P', side: 'sell' },
    ],
    [{ ticker: 'A', side: 'buy', qty: '1,234.50' }, { quantity: '1234.5' }],
    [
      { ticker: 'A', side: 'buy', size: 3, contracts: 4 },
      { quantity: '3', metadata: { contracts: 4 } },
    ],
    [{ ticker: 'A', side: 'buy', signal_id: 'x-1', id: 7 }, { senderId: 'x-1' }],
    [
      { ticker: 'A', side: 'buy', id: 7, strategy: 'Breakout 💥' },
      { senderId: '7', strategy: 'Breakout 💥' },
    ],
    [{ ticker: 'A', side: 'buy', price: null, time: '', quantity: null }, { ticker: 'A' }],
    [
      { ticker: 500325, side: 'buy', price: '$150.25' },
      { ticker: '500325', price: '150.25' },
    ],
    [
      { ticker: 'A', side: 'buy', price: 2, close: 1, interval: '15' },
      { price: '2', metadata: { close: 1, interval: '15' } },
    ],
    [{ ticker: 'A', side: 'buy', time: 1700000000 }, { occurredAtMs: 1700000000000 }],
    [
      { ticker: 'A', side: 'buy', time: '2026-02-26T08:00:00Z', timenow: '2026-02-26T09:00:00Z' },
      { occurredAtMs: Date.parse('2026-02-26T09:00:00Z') },
    ],
    [
      { ticker: 'A', side: 'sell', close: true },
      { side: 'sell', metadata: { close: true } },
    ],
  ])('%j gives %j', (body, expected) => {
    expect(draftOf(readJson(body))).toMatchObject(expected)
  })

  it.each([
    [{ side: 'buy' }, 'missing-ticker', 'ticker'],
    [{ ticker: '  ', side: 'buy' }, 'invalid-ticker', 'ticker'],
    [{ ticker: 'ES1!', side: 'buy' }, 'invalid-ticker', 'ticker'],
    [{ ticker: ['A'], side: 'buy' }, 'missing-ticker', 'ticker'],
    [{ ticker: 'A' }, 'missing-side', 'side'],
    [{ ticker: 'A', side: 'hodl' }, 'unknown-side', 'side'],
    [{ ticker: 'A', side: 1 }, 'unknown-side', 'side'],
    [{ ticker: 'A', action: 'Cancel_All' }, 'unsupported-action', 'action'],
    [{ ticker: 'A', side: 'buy', action: 'cancel' }, 'unsupported-action', 'action'],
    [{ action: 'subscribe' }, 'unsupported-action', 'action'],
    [{ ticker: 'A', side: 'buy', action: 'sell' }, 'conflicting-side', 'side'],
    [{ ticker: 'A', side: 'buy', Side: 'sell' }, 'conflicting-side', 'side'],
    [{ ticker: 'A', side: 'buy', price: 'abc' }, 'invalid-price', 'price'],
    [{ ticker: 'A', side: 'buy', price: -1 }, 'invalid-price', 'price'],
    [{ ticker: 'A', side: 'buy', price: 0 }, 'invalid-price', 'price'],
    [{ ticker: 'A', side: 'buy', price: true }, 'invalid-price', 'price'],
    [{ ticker: 'A', side: 'buy', qty: '-5' }, 'invalid-quantity', 'qty'],
    [{ ticker: 'A', side: 'buy', quantity: 0 }, 'invalid-quantity', 'quantity'],
    [{ ticker: 'A', side: 'buy', time: 'yesterday' }, 'invalid-time', 'time'],
    [{ ticker: 'A', side: 'buy', time: '2026-02-28T10:00:00Z' }, 'invalid-time', 'time'],
    [{ ticker: 'A', side: 'buy', id: 'x'.repeat(201) }, 'invalid-id', 'id'],
    [{ ticker: 'A', side: 'buy', id: 'a\u0007b' }, 'invalid-id', 'id'],
    [{ ticker: 'A', side: 'buy', strategy: 'x'.repeat(201) }, 'invalid-strategy', 'strategy'],
    [{ ticker: 'A', side: 'buy', strategy: 'a\u202eb' }, 'invalid-strategy', 'strategy'],
    [{ ticker: 'A', side: 'buy', exchange: '<b>' }, 'invalid-exchange', 'exchange'],
    [{ ticker: 'A', side: 'buy', heartbeat: 'true' }, 'not-a-signal', 'heartbeat'],
  ])('%j is refused: %s in %s', (body, code, field) => {
    expect(readJson(body)).toMatchObject({
      outcome: 'refused',
      code,
      field,
      message: expect.stringContaining(field),
    })
  })

  it.each([
    [{ ticker: 'A', side: 'buy', price: '{{plot_3}}' }, 'price', '{{plot_3}}'],
    [{ ticker: 'A', side: 'buy', price: 'NaN' }, 'price', 'NaN'],
    [{ ticker: 'NASDAQ:{{ticker}}', side: 'buy' }, 'ticker', '{{ticker}}'],
    [{ ticker: 'A', action: '{{strategy.order.action}}' }, 'action', '{{strategy.order.action}}'],
    [{ ticker: 'A', side: 'buy', time: '{{timenow}}' }, 'time', '{{timenow}}'],
    [{ ticker: 'A', side: 'buy', id: '{{strategy.order.id}}' }, 'id', '{{strategy.order.id}}'],
    [{ ticker: 'A', side: 'buy', quantity: '%qty%' }, 'quantity', '%qty%'],
    [{ ticker: '{pair}', side: 'buy' }, 'ticker', '{pair}'],
    [{ ticker: 'A', side: 'buy', comment: 'RSI {{plot("rsi")}}' }, 'comment', '{{plot("rsi")}}'],
    [{ ticker: 'A', side: 'buy', stopLoss: { stopPrice: '{{plot_1}}' } }, 'stopLoss', '{{plot_1}}'],
    [{ ticker: 'A', side: 'buy', stopPrice: 'NaN' }, 'stopPrice', 'NaN'],
    [{ ticker: 'A', sentiment: '{{strategy.market_position}}' }, 'sentiment', '{{strategy.market_position}}'],
  ])('%j is refused by field %s and placeholder %s', (body, field, word) => {
    const message = expect.stringContaining(word) as string
    expect(readJson(body)).toMatchObject({ code: 'unresolved-placeholder', field, message })
  })
})

describe('numbers without quotes', () => {
  it.each([
    ['{"ticker":"A","side":"buy","price":{{close}},"x":1}', 'unresolved-placeholder', 'price', '{{close}}'],
    [
      '{"ticker":"A","side":"buy","bar":{"open": {{plot("a b")}} }}',
      'unresolved-placeholder',
      'bar.open',
      '{{plot("a b")}}',
    ],
    ['{"ticker":"A","side":"buy","price":NaN}', 'unresolved-placeholder', 'price', 'NaN'],
    ['{"ticker":"A","side":"buy","price":NaNa}', 'invalid-json', 'price', 'found "N"'],
    ['{"ticker":"A",,"price":"{{close}}"}', 'invalid-json', null, 'found ","'],
  ])('%s is refused: %s in %s', (text, code, field, word) => {
    expect(read(text)).toMatchObject({ code, field, message: expect.stringContaining(word) as string })
  })
})

describe('vendors', () => {
  it('reads a 3Commas signal: the trigger price is its price', () => {
    const body = {
      secret: 'eyJhbGciOiJIUzI1NiJ9',
      max_lag: '300',
      timestamp: '2026-02-26T09:59:58Z',
      trigger_price: '50000.5',
      tv_exchange: 'BINANCE',
      tv_instrument: 'BTCUSDT',
      action: 'buy',
      bot_uuid: 'b-1',
      strategy_info: { market_position: 'flat', market_position_size: '0', prev_market_position: 'short' },
      order: { amount: '0.01', currency_type: 'base' },
    }
    const payload = readJson(body)
    expect(payload.credentials).toEqual(['eyJhbGciOiJIUzI1NiJ9'])
    const expected = {
      ticker: 'BTCUSDT',
      exchange: 'BINANCE',
      side: 'buy',
      price: '50000.5',
      quantity: '0.01',
    }
    expect(draftOf(payload)).toMatchObject({
      ...expected,
      metadata: { quantityType: 'base', max_lag: '300' },
    })
  })

  it.each([
    [{ pricetype: 'MARKET', price: '0' }, undefined],
    [{ product: 'MIS', price: '0', trigger_price: '0' }, undefined],
    [{ pricetype: 'LIMIT', price: '16', trigger_price: '15' }, '16'],
  ])('reads an OpenAlgo order with %j at price %s', (fields, price) => {
    const draft = draftOf(
      readJson({ symbol: 'SBIN', action: 'BUY', exchange: 'NSE', quantity: '1', ...fields }),
    )
    expect(draft).toMatchObject({ ticker: 'SBIN', exchange: 'NSE', quantity: '1' })
    expect(draft.price).toBe(price)
  })

  it('refuses an OpenAlgo limit order at price 0', () => {
    const body = { symbol: 'SBIN', action: 'BUY', quantity: '1', pricetype: 'LIMIT', price: '0' }
    expect(readJson(body)).toMatchObject({ code: 'invalid-price', field: 'price' })
  })

  it.each([
    [
      'type=entry&pair=BTC/USDT&direction=Long&open_rate=100&amount=0.5',
      { ticker: 'BTC/USDT', side: 'buy', price: '100', quantity: '0.5' },
    ],
    ['type=exit&pair=BTC%2FUSDT%3AUSDT&direction=Short', { ticker: 'BTC/USDT:USDT', side: 'buy' }],
    ['type=exit&pair=BTC/USDT&direction=Long', { side: 'sell' }],
  ])('reads freqtrade’s form %s', (text, expected) => {
    expect(draftOf(read(text, { contentType: 'application/x-www-form-urlencoded' }))).toMatchObject(expected)
  })

  it.each([
    ['ticker=A&ticker=B&side=buy', 'duplicate-key', 'ticker'],
    ['ticker=A&side=buy&__proto__=x', 'forbidden-key', '__proto__'],
    ['ticker=A%00&side=buy', 'unreadable-text', 'ticker'],
    [`ticker=A&side=buy&x=${'x'.repeat(2049)}`, 'string-too-long', 'x'],
  ])('refuses the form %.40s', (text, code, field) => {
    expect(read(text)).toMatchObject({ outcome: 'refused', code, field })
  })
})

describe('bodies that are no text', () => {
  it.each([
    ['', 'empty-body'],
    [' \n', 'empty-body'],
    ['\ufeff', 'empty-body'],
    ['{\0"ticker\0"', 'unreadable-text'],
    ['BUY \ud800', 'unreadable-text'],
    ['x'.repeat(2049), 'string-too-long'],
    ['{"ticker":"A",', 'invalid-json'],
  ])('refuses %.20j as %s', (text, code) => {
    expect(read(text)).toMatchObject({ outcome: 'refused', code })
  })

  it('takes an empty body whose address says it all', () => {
    expect(draftOf(read('', { query: { symbol: 'nse:sbin', side: 'sell' } }))).toMatchObject({
      ticker: 'SBIN',
      side: 'sell',
    })
  })

  it('lets the body overrule the address', () => {
    const query = { ticker: 'MSFT', side: 'sell', exchange: 'NYSE', strategy: 's' }
    expect(draftOf(readJson({ ticker: 'A', side: 'buy', exchange: 'X' }, { query }))).toMatchObject({
      ticker: 'A',
      side: 'buy',
      exchange: 'X',
    })
    expect(draftOf(readJson({ which: 'alert' }, { query }))).toMatchObject({
      ticker: 'MSFT',
      side: 'sell',
      exchange: 'NYSE',
      strategy: 's',
    })
  })
})

describe('metadata', () => {
  it('is bounded in number and length, and the stored body keeps it all', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]))
    const draft = draftOf(readJson({ ticker: 'A', side: 'buy', ...many }))
    expect(Object.keys(draft.metadata!).length).toBe(32)
    expect(draft.body).toContain('"f99":99')
    const long = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, 'x'.repeat(2000)]))
    expect(
      JSON.stringify(draftOf(readJson({ ticker: 'A', side: 'buy', ...long })).metadata).length,
    ).toBeLessThan(4200)
  })
})
