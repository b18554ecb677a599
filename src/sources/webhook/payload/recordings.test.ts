import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPayload, type Payload, type PayloadItem } from './index.ts'

const FOLDER = '../shared/data/webhooks'
const nowMs = Date.parse('2025-09-01T10:00:00Z')

const linesOf = (file: string): string[] => readFileSync(`${FOLDER}/${file}`, 'utf8').trim().split('\n')

/** `NSE:SBIN buy at 1.5 x 10`, or `missing-side in side`. */
function tell(item: PayloadItem): string {
  if (!item.ok) return `${item.code} in ${item.field}`
  const { exchange, ticker, side, price, quantity } = item.draft
  const name = exchange === undefined ? ticker : `${exchange}:${ticker}`
  return `${name} ${side}${price === undefined ? '' : ` at ${price}`}${quantity === undefined ? '' : ` x ${quantity}`}`
}

const tellAll = (payload: Payload): string =>
  payload.outcome === 'refused' ? `${payload.code} in ${payload.field}` : payload.items.map(tell).join('; ')

/** What each line of each recording means, in its order. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  'tradingview/alerts-processor.jsonl': [
    'ETH-PERP buy x 50',
    'ETH-PERP sell x 50',
    'ETH-PERP sell',
    'ETH-PERP sell',
    'ETH-PERP buy',
    'ETH-PERP sell',
    'ETH-PERP buy x 50',
    'ETH-PERP sell x 50',
    'ETH-PERP buy x 50; BTC-PERP buy x 50',
    'ETH-PERP sell x 50',
    'ETH-PERP buy x 50',
    'ETH-PERP sell x 50',
    'ETH-PERP buy x 50',
  ],
  'tradingview/mqtt-readme.jsonl': ['EUR/USD buy at 1.1234', 'unresolved-placeholder in data.ticker'],
  'traderspost/core-concepts-webhooks.jsonl': [
    'AMD buy at 143.12 x 1',
    'MSFT buy',
    'SPY buy',
    'unsupported-action in action',
    'SPY sell',
    'SPY sell',
    'unsupported-action in action',
    'MNQ buy at 18500',
    'MNQ buy',
    'SPY buy x 5',
    'SPY buy x 100',
    'SPY buy at 100 x 100',
    'SPY buy at 100 x 1',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'QQQ buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY240510C68 buy',
    'SPY buy',
    'SPY buy',
    'SPY buy',
    'SPY sell',
    'SPY sell',
    'SPY sell',
    'SPY buy',
    'SPY sell x 2',
    'SPY sell at 71',
    'SPY buy',
    'SPY buy',
    'invalid-json in null',
    'TSLA buy',
    'invalid-json in null',
    'missing-ticker in ticker',
  ],
  'traderspost/signal-sources.jsonl': [
    'TSLA buy at 420.69',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in body',
    'TSLA buy',
    'TSLA sell',
    'TSLA buy',
    'TSLA buy x 5',
    'TSLA sell at 700 x 5',
    'TSLA sell x 3',
    'TSLA sell x 20',
    'TSLA buy at 700 x 5',
    'TSLA sell at 700',
    'TSLA sell',
    'TSLA buy',
  ],
  'trendspider/traderspost-doc.jsonl': [
    'SPY buy',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
    'unresolved-placeholder in ticker',
  ],
  'openalgo/chartink-tradingview-design.jsonl': [
    'unresolved-placeholder in stocks',
    'missing-side in scan_name',
    'NSE:SBIN buy x 100',
    'unresolved-placeholder in quantity',
    'NSE:SBIN buy x 100',
    'NFO:NIFTY21JAN25FUT buy x 65',
    'NFO:NIFTY21JAN2521500CE buy x 65',
    'NFO:BANKNIFTY21JAN2548000CE buy x 30',
    'BFO:SENSEX23JAN2572000CE buy x 20',
    'NSE:SBIN buy',
    'NSE:RELIANCE buy at 2450 x 10',
    'NSE:TATAMOTORS buy x 500',
    'NSE:INFY buy at 1650 x 50',
    'NFO:NIFTY21JAN2521800CE buy x 65',
    'BFO:SENSEX23JAN2572500PE buy x 20',
  ],
  'openalgo/order-management.jsonl': [
    'NSE:NHPC buy x 1',
    'missing-ticker in ticker',
    'NSE:YESBANK buy at 16 x 1',
    'missing-ticker in ticker',
    'NSE:RELIANCE sell at 1180 x 1',
    'NSE:IDEA buy x 1',
    'missing-ticker in ticker',
    'missing-ticker in ticker',
    'ambiguous-ticker in message',
    'conflicting-side in message',
    'missing-ticker in ticker',
    'missing-ticker in ticker',
  ],
  'openalgo/websocket.jsonl': [
    'unsupported-action in action',
    'missing-side in side',
    'unsupported-action in action',
    'unsupported-action in action',
    'missing-side in side',
    'unsupported-action in action',
    'unsupported-action in action',
    'not-a-signal in message',
    'unsupported-action in type',
    'unsupported-action in type',
    'unsupported-action in action',
    'not-a-signal in message',
  ],
}

describe.skipIf(!existsSync(FOLDER))('recordings (skipped where ../shared/data is absent)', () => {
  for (const [file, meanings] of Object.entries(MEANINGS)) {
    it(`reads every line of ${file}`, () => {
      const bodies = linesOf(file).map((line) => (JSON.parse(line) as { body: string }).body)
      expect(bodies.map((text) => tellAll(readPayload({ text, nowMs })))).toEqual(meanings)
    })

    it(`reads ${file} alike with every content type`, () => {
      for (const line of linesOf(file)) {
        const { body: text } = JSON.parse(line) as { body: string }
        const plain = readPayload({ text, nowMs })
        for (const contentType of [
          'text/plain; charset=utf-8',
          'application/json',
          'application/x-www-form-urlencoded',
        ]) {
          expect(readPayload({ text: `\ufeff${text}`, nowMs, contentType })).toEqual(
            readPayload({ text: `\ufeff${text}`, nowMs }),
          )
          expect(tellAll(readPayload({ text, nowMs, contentType }))).toBe(tellAll(plain))
        }
      }
    })
  }

  it.each(
    [
      ['HYPEUSDT.P buy', '1W'],
      ['HYPEUSDT.P sell', '3D'],
      ['HYPEUSDT.P buy', '1D'],
      ['VIRTUALUSDT.P buy', '1D'],
      ['PEPEUSDT.P sell', '1D'],
      ...Array.from({ length: 8 }, () => ['ambiguous-ticker in body', undefined] as const),
    ].map((row, index) => ({ index, told: row[0], interval: row[1] })),
  )('reads line $index of plain-text-alerts.txt as $told', ({ index, told, interval }) => {
    const payload = readPayload({ text: linesOf('tradingview/plain-text-alerts.txt')[index]!, nowMs })
    expect(tellAll(payload)).toBe(told)
    const first = payload.outcome === 'signals' ? payload.items[0]! : undefined
    expect(first?.ok ? first.draft.metadata : undefined).toEqual(
      interval === undefined ? undefined : { interval },
    )
  })

  it('knows no more lines of plain-text-alerts.txt than these', () => {
    expect(linesOf('tradingview/plain-text-alerts.txt').length).toBe(13)
  })

  it('reads the filled strategy alert, its passphrase taken out', () => {
    const text = readFileSync(`${FOLDER}/tradingview/strategy-filled.json`, 'utf8')
    const payload = readPayload({ text, nowMs })
    expect(tellAll(payload)).toBe('BINANCE:DOGEUSDT buy at 0.0027451 x 10000')
    expect(payload.credentials).toEqual(['abcdefgh'])
    expect(JSON.stringify(payload.outcome === 'signals' && payload.items)).not.toContain('abcdefgh')
    expect(payload).toMatchObject({
      batch: false,
      items: [{ carriesTime: true, draft: { occurredAtMs: Date.parse('2020-09-06T01:44:17Z') } }],
    })
  })

  it.each([
    ['tradingview/strategy-template.txt', 'bar.open', '{{open}}'],
    ['tradingview/mqtt-alert-template.json', 'data.ticker', '{{ticker}}'],
  ])('refuses %s by field %s and placeholder %s', (file, field, word) => {
    const payload = readPayload({ text: readFileSync(`${FOLDER}/${file}`, 'utf8'), nowMs })
    expect(payload).toMatchObject({ outcome: 'refused', code: 'unresolved-placeholder', field })
    expect(payload).toHaveProperty('message', expect.stringContaining(word))
  })

  it('makes one signal a stock of the vendor sample of Chartink', () => {
    const text = readFileSync(`${FOLDER}/chartink/vendor-sample.json`, 'utf8')
    const payload = readPayload({ text, nowMs, defaults: { side: 'sell' } })
    expect(tellAll(payload)).toBe(
      'SUBEXLTD sell at 30.25; HDFCAMC sell at 2812; MCX sell at 1686.6; CADILAHC sell at 471.8; CCL sell at 276.1',
    )
    expect(tellAll(readPayload({ text, nowMs }))).toBe('missing-side in scan_name')
  })

  it.each(
    [
      'IREDA buy at 142.13',
      'INDUSTOWER buy at 340.65',
      'OFSS buy at 8452',
      'OIL buy at 397.9',
      'IDEA buy at 6.55',
      'PHOENIXLTD buy at 1519.4',
    ].map((told, index) => ({ told, index })),
  )('reads received Chartink alert $index as $told, on its minute', ({ told, index }) => {
    const { received_at_local: local, body } = JSON.parse(
      linesOf('chartink/received-2025-09.jsonl')[index]!,
    ) as {
      received_at_local: string
      body: object
    }
    const receivedAtMs = Date.parse(`${local.replace(' ', 'T')}+05:30`)
    const payload = readPayload({
      text: JSON.stringify(body),
      nowMs: receivedAtMs,
      defaults: { side: 'buy' },
    })
    expect(tellAll(payload)).toBe(told)
    const item = payload.outcome === 'signals' ? payload.items[0]! : undefined
    expect(item).toMatchObject({ carriesTime: true, draft: { strategy: '15 RSI + HMA Crossover' } })
    expect(item?.ok && receivedAtMs - item.draft.occurredAtMs!).toBeLessThan(60_000)
  })

  it('reads TrendSpider’s request: the ticker is in the address, the side with the key', () => {
    const lines = readFileSync(`${FOLDER}/trendspider/help-example.http`, 'utf8').split(/\r?\n/)
    const symbol = /symbol=(\w+)/.exec(lines[0]!)![1]!
    const text = lines.at(-1) === '' ? lines.at(-2)! : lines.at(-1)!
    const request = { text, nowMs, query: { symbol } }
    expect(tellAll(readPayload(request))).toBe('missing-side in side')
    expect(tellAll(readPayload({ ...request, defaults: { side: 'buy' } }))).toBe('AAPL buy')
    expect(tellAll(readPayload({ ...request, query: { symbol, action: 'sell' } }))).toBe('AAPL sell')
  })
})
