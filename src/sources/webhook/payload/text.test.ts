import { describe, expect, it } from 'vitest'
import { readPayload, type Payload } from './index.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')
const read = (text: string, more = {}): Payload => readPayload({ text, nowMs, ...more })

describe('plain text', () => {
  it.each([
    ['long BTCUSDT q=0.1', { ticker: 'BTCUSDT', side: 'buy', quantity: '0.1' }],
    [
      'BUY, EURUSD, VOL=0.1, SL=20',
      { ticker: 'EURUSD', side: 'buy', quantity: '0.1', metadata: { SL: '20' } },
    ],
    ['HYPEUSDT.P, 1D - Buy Signal', { ticker: 'HYPEUSDT.P', side: 'buy', metadata: { interval: '1D' } }],
    ['buy 100 aapl @ 150.25', { ticker: 'AAPL', side: 'buy', price: '150.25' }],
    ['SELL NASDAQ:AAPL @150.25', { ticker: 'AAPL', exchange: 'NASDAQ', side: 'sell', price: '150.25' }],
    ['close long ETH-PERP', { ticker: 'ETH-PERP', side: 'sell' }],
    ['exit short ETH-PERP', { ticker: 'ETH-PERP', side: 'buy' }],
    ['buy to cover TSLA', { ticker: 'TSLA', side: 'buy' }],
    ['$TSLA: Strong Sell.', { ticker: 'TSLA', side: 'sell' }],
    ['AAPL | BUY | 150', { ticker: 'AAPL', side: 'buy' }],
    [
      'side=sell ticker=MSFT price:12.5 id=abc',
      { ticker: 'MSFT', side: 'sell', price: '12.5', senderId: 'abc' },
    ],
    ['Ticker: AAPL\nSide: Buy\nPrice: 150.20\n', { ticker: 'AAPL', side: 'buy', price: '150.2' }],
    [
      'My strategy (14, close): order sell @ 2.5 filled on BTC.D. New strategy position is -2.5',
      {
        ticker: 'BTC.D',
        side: 'sell',
        quantity: '2.5',
        strategy: 'My strategy (14, close)',
        metadata: { position_size: '-2.5' },
      },
    ],
    [
      'order buy @ 1 filled on AAPL. New strategy position is 1',
      { ticker: 'AAPL', side: 'buy', quantity: '1' },
    ],
    ['"BUY AAPL"', { ticker: 'AAPL', side: 'buy' }],
  ])('%j gives %j', (text, expected) => {
    expect(read(text)).toMatchObject({
      outcome: 'signals',
      batch: false,
      items: [{ ok: true, draft: expected }],
    })
  })

  it.each([
    ['BTC MACRO - 1M - BULLISH', 'ambiguous-ticker'],
    ['RSI crossed, sell BTC', 'ambiguous-ticker'],
    ['BUY AAPL, SELL MSFT', 'conflicting-side'],
    ['BUY', 'missing-ticker'],
    ['BUY <script>', 'invalid-ticker'],
    ['AAPL', 'missing-side'],
    ['AAPL, 1D Crossing 150', 'missing-side'],
    ['hello world', 'not-a-signal'],
    ['cancel AAPL', 'unsupported-action'],
    ['BUY AAPL @ {{close}}', 'unresolved-placeholder'],
    ['{{strategy.order.alert_message}}', 'unresolved-placeholder'],
    ['%alert_name%', 'unresolved-placeholder'],
  ])('%j is refused as %s', (text, code) => {
    expect(read(text)).toMatchObject({ outcome: 'refused', code, field: 'body' })
  })

  it('takes the side of the key where the text has none', () => {
    const payload = read('AAPL, 1D Crossing 150', { defaults: { side: 'buy' } })
    expect(payload).toMatchObject({ items: [{ draft: { ticker: 'AAPL', side: 'buy' } }] })
  })

  it('takes the ticker of the address whatever else the text says', () => {
    const query = { symbol: 'AAPL' }
    const text = 'Price crossed above the 50 day average'
    expect(read(text, { query })).toMatchObject({ outcome: 'refused', code: 'not-a-signal' })
    expect(read(text, { query, defaults: { side: 'sell' } })).toMatchObject({
      items: [{ draft: { ticker: 'AAPL', side: 'sell' } }],
    })
    expect(read(text, { query: { ...query, side: 'buy' } })).toMatchObject({
      items: [{ draft: { ticker: 'AAPL', side: 'buy' } }],
    })
  })
})

describe('text with a credential', () => {
  const token = 'sbx_hook_0123456789ABCDEFGHIJabcdefghij012345'

  it.each([
    ['mykey|My strategy|buy|AAPL', 'mykey', 'My strategy|buy|AAPL'],
    [`${token}|s|SELL|NSE:SBIN`, token, 's|SELL|NSE:SBIN'],
    [`BUY AAPL key=${token}`, token, 'BUY AAPL '],
    ['secret: abc123 BUY AAPL', 'abc123', ' BUY AAPL'],
    [`BUY AAPL ${token}`, token, 'BUY AAPL ***'],
  ])('%s gives it back apart from the rest', (text, credential, body) => {
    expect(read(text)).toMatchObject({ credentials: [credential] })
    expect(read(text)).toMatchObject({ items: [{ draft: { body } }] })
  })

  it('reads key|strategy|action|ticker', () => {
    expect(read('mykey|My strategy|Buy|binance:btcusdt')).toMatchObject({
      items: [{ draft: { ticker: 'BTCUSDT', exchange: 'BINANCE', side: 'buy', strategy: 'My strategy' } }],
    })
  })

  it.each([
    ['k|s|hodl|AAPL', 'unknown-side', '"hodl"'],
    ['k|s|cancel|AAPL', 'unsupported-action', '"cancel"'],
    ['k|s|buy|', 'missing-ticker', 'body'],
  ])('refuses %s as %s', (text, code, word) => {
    expect(read(text)).toMatchObject({
      code,
      field: 'body',
      message: expect.stringContaining(word) as string,
    })
  })

  it('reads the text inside {"key","msg"}', () => {
    const payload = read(JSON.stringify({ key: 'abcdefgh', msg: 'long BTCUSDT q=0.1' }))
    expect(payload).toMatchObject({
      credentials: ['abcdefgh'],
      items: [
        { draft: { ticker: 'BTCUSDT', side: 'buy', quantity: '0.1', body: '{"msg":"long BTCUSDT q=0.1"}' } },
      ],
    })
    expect(read('{"key":"abcdefgh","msg":"hello"}')).toMatchObject({ code: 'missing-side', field: 'msg' })
  })
})
