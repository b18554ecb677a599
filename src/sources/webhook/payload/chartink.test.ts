import { describe, expect, it } from 'vitest'
import { readPayload } from './index.ts'
import type { PayloadRequest } from './request.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')
const ALERT = {
  stocks: 'SEPOWER,ASTEC',
  trigger_prices: '3.75,541.8',
  triggered_at: '2:34 pm',
  scan_name: 'BUY breakouts',
  scan_url: 'buy-breakouts',
  alert_name: 'Alert for BUY breakouts',
  webhook_url: 'https://example.com/hooks/sbx_hook_0123456789ABCDEFGHIJabcdefghij012345',
}
const read = (changes: object, more: Partial<PayloadRequest> = {}) =>
  readPayload({ text: JSON.stringify({ ...ALERT, ...changes }), nowMs, ...more })

describe('Chartink', () => {
  it('gives one signal a stock, each with its price and its part of the body', () => {
    const payload = read({})
    expect(payload).toMatchObject({ outcome: 'signals', batch: true, credentials: [] })
    const common = {
      side: 'buy',
      strategy: 'BUY breakouts',
      occurredAtMs: Date.parse('2026-02-26T14:34:00+05:30'),
      metadata: { scan_url: 'buy-breakouts', alert_name: 'Alert for BUY breakouts' },
    }
    expect(payload).toMatchObject({
      items: [
        { ok: true, carriesTime: true, draft: { ...common, ticker: 'SEPOWER', price: '3.75' } },
        { ok: true, carriesTime: true, draft: { ...common, ticker: 'ASTEC', price: '541.8' } },
      ],
    })
    const second = payload.outcome === 'signals' ? payload.items[1]! : undefined
    expect(second?.ok && JSON.parse(second.draft.body)).toEqual({
      stocks: 'ASTEC',
      trigger_prices: '541.8',
      triggered_at: '2:34 pm',
      scan_name: 'BUY breakouts',
      scan_url: 'buy-breakouts',
      alert_name: 'Alert for BUY breakouts',
    })
    expect(JSON.stringify(payload)).not.toContain('sbx_hook_0')
  })

  it.each([
    ['BUY now', 'Alert', 'buy'],
    ['intraday sell', 'Alert', 'sell'],
    ['SHORT candidates', 'Alert', 'sell'],
    ['Cover', 'Alert', 'buy'],
    ['15 RSI', 'Alert: sell', 'sell'],
    ['15 RSI', 'Alert', undefined],
    ['Short term breakouts', 'Alert', undefined],
    ['Short-term BUY', 'Alert', 'buy'],
    ['Buyers and sellers', 'Alert', undefined],
    ['Buy or sell', 'Alert', undefined],
    ['constructor', '__proto__', undefined],
  ])('of scan %j and alert %j the side is %s', (scan, alert, side) => {
    const changes = { scan_name: scan, alert_name: alert }
    const expected =
      side === undefined ? { code: 'missing-side', field: 'scan_name' } : { items: [{ draft: { side } }, {}] }
    expect(read(changes)).toMatchObject(expected)
    // The key's default fills in, and never overrules.
    expect(read(changes, { defaults: { side: 'sell' } })).toMatchObject({
      items: [{ draft: { side: side ?? 'sell' } }, {}],
    })
    expect(read(changes, { query: { side: 'sell' } })).toMatchObject({
      items: [{ draft: { side: 'sell' } }, {}],
    })
  })

  it.each([
    ['2026-02-26 09:30:00', '2026-02-26T04:00:00.000Z'],
    ['4:45 pm', '2026-02-25T11:15:00.000Z'],
  ])('reads %s as a time in India: %s', (triggered_at, iso) => {
    expect(read({ triggered_at })).toMatchObject({
      items: [{ draft: { occurredAtMs: Date.parse(iso) } }, {}],
    })
  })

  it.each([
    [{ trigger_prices: '3.75' }, 'list-mismatch', 'trigger_prices'],
    [{ trigger_prices: '3.75,1,2' }, 'list-mismatch', 'trigger_prices'],
    [{ trigger_prices: '' }, 'invalid-price', 'trigger_prices'],
    [{ stocks: 'A,,B', trigger_prices: '1,2,3' }, 'invalid-ticker', 'stocks[1]'],
    [{ trigger_prices: '{trigger_prices}' }, 'unresolved-placeholder', 'trigger_prices'],
    [{ stocks: '{stocks}' }, 'unresolved-placeholder', 'stocks'],
    [{ stocks: '' }, 'missing-ticker', 'stocks'],
    [{ stocks: ['A', 'B'] }, 'missing-ticker', 'stocks'],
    [{ triggered_at: '25:99 pm' }, 'invalid-time', 'triggered_at'],
    [{ scan_name: `BUY ${'x'.repeat(200)}` }, 'invalid-strategy', 'scan_name'],
    [{ side: 'hodl' }, 'unknown-side', 'side'],
    [{ alert_name: 'BUY {{plot_3}}' }, 'unresolved-placeholder', 'alert_name'],
  ])('refuses %j: %s in %s', (changes, code, field) => {
    const payload = read(changes)
    const told = payload.outcome === 'refused' ? payload : payload.items.find((item) => !item.ok)
    expect(told).toMatchObject({ code, field })
  })

  it('names both lists where their lengths differ', () => {
    expect(read({ trigger_prices: '3.75' })).toHaveProperty(
      'message',
      expect.stringMatching(/"stocks" has 2.*"trigger_prices" 1/),
    )
  })

  it('refuses a bad stock or price alone', () => {
    const payload = read({ stocks: 'A B,ASTEC,M&M,NSE:SBIN', trigger_prices: '1,x,2,0' })
    expect(payload).toMatchObject({
      items: [
        { ok: false, code: 'invalid-ticker', field: 'stocks[0]' },
        { ok: false, code: 'invalid-price', field: 'trigger_prices[1]' },
        { ok: true, draft: { ticker: 'M&M', price: '2' } },
        { ok: false, code: 'invalid-price', field: 'trigger_prices[3]' },
      ],
    })
  })

  it('needs no prices', () => {
    expect(read({ trigger_prices: undefined })).toMatchObject({ items: [{ ok: true }, { ok: true }] })
  })
})
