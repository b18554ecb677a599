import { describe, expect, it } from 'vitest'
import { valueAt } from './field-map.ts'
import { readPayload, type FieldMap } from './index.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const read = (body: unknown, fieldMap: FieldMap, more = {}) =>
  readPayload({ text: JSON.stringify(body), nowMs, fieldMap, ...more })

describe('valueAt', () => {
  const body = { a: { b: [{ c: 1 }, { 'd.e': 2 }] }, 'x.y': 3 }

  it.each([
    ['a.b[0].c', 1],
    ['a.b.0.c', 1],
    ['x.y', 3],
    ['a.b[2].c', undefined],
    ['a.b.length', 2],
    ['constructor.name', undefined],
    ['a.__proto__', undefined],
    ['', undefined],
    ['a..b', undefined],
    ['a.'.repeat(100), undefined],
  ])('%j is %s', (path, value) => {
    expect(valueAt(body, path)).toBe(value)
  })
})

describe('field maps', () => {
  it('read a body that says things in its own words', () => {
    const body = {
      msg: { sym: 'nse:sbin', dir: 1, px: ['10.50'] },
      n: '5',
      who: 'me',
      when: 1700000000,
      ref: 'r1',
    }
    const map: FieldMap = {
      ticker: 'msg.sym',
      side: 'msg.dir',
      price: 'msg.px[0]',
      quantity: 'n',
      strategy: 'who',
      time: 'when',
      id: 'ref',
      values: { side: { '1': 'buy', '-1': 'sell' } },
    }
    expect(read(body, map)).toMatchObject({
      items: [
        {
          carriesTime: true,
          draft: {
            ticker: 'SBIN',
            exchange: 'NSE',
            side: 'buy',
            price: '10.5',
            quantity: '5',
            strategy: 'me',
            senderId: 'r1',
            occurredAtMs: 1700000000000,
            metadata: { msg: body.msg },
          },
        },
      ],
    })
    expect(read({ ...body, msg: { ...body.msg, dir: -1 } }, map)).toMatchObject({
      items: [{ draft: { side: 'sell' } }],
    })
    expect(read({ ...body, msg: { ...body.msg, dir: 0 } }, map)).toMatchObject({
      code: 'unknown-side',
      field: 'msg.dir',
    })
  })

  it.each([
    [{ ticker: 'a.b' }, 'missing-ticker', 'a.b'],
    [{ ticker: 'sym', side: 'a.b' }, 'missing-side', 'a.b'],
    [{ ticker: 'sym', constants: { side: 'hodl' } }, 'unknown-side', 'side'],
    [{ ticker: 'note', constants: { side: 'buy' } }, 'unresolved-placeholder', 'note'],
  ])('%j on a body that lacks it is refused: %s in %s', (map, code, field) => {
    expect(read({ sym: 'A', note: '{{x}}' }, map)).toMatchObject({ outcome: 'refused', code, field })
  })

  it('leave what they do not name to the usual reading', () => {
    expect(read({ sym: 'A', action: 'sell', price: 2 }, { ticker: 'sym' })).toMatchObject({
      items: [{ draft: { ticker: 'A', side: 'sell', price: '2' } }],
    })
  })

  it('hold constants for what a body does not say, and never overrule it', () => {
    const map: FieldMap = { constants: { side: 'long', exchange: 'NSE', strategy: 'mine' } }
    expect(read({ ticker: 'A' }, map)).toMatchObject({
      items: [{ draft: { side: 'buy', exchange: 'NSE', strategy: 'mine' } }],
    })
    expect(read({ ticker: 'A', side: 'sell', strategy: 'its' }, map)).toMatchObject({
      items: [{ draft: { side: 'sell', strategy: 'its' } }],
    })
    expect(readPayload({ text: 'SELL MSFT', nowMs, fieldMap: map })).toMatchObject({
      items: [{ draft: { side: 'sell' } }],
    })
    expect(readPayload({ text: 'MSFT', nowMs, fieldMap: map })).toMatchObject({
      items: [{ draft: { side: 'buy' } }],
    })
    expect(read({ stocks: 'A,B', scan_name: 'x' }, map)).toMatchObject({
      items: [{ draft: { side: 'buy' } }, { ok: true }],
    })
  })

  it('translate what is found under its usual name', () => {
    const map: FieldMap = { values: { ticker: { 'NQ1!': 'NQZ2026' }, side: { up: 'buy' } } }
    expect(read({ ticker: 'NQ1!', side: 'up' }, map)).toMatchObject({
      items: [{ draft: { ticker: 'NQZ2026', side: 'buy' } }],
    })
  })

  it('read forms, as freqtrade sends them', () => {
    const payload = readPayload({
      text: 'value1=BTC%2FUSDT&value2=entry&value3=0.1',
      contentType: 'application/x-www-form-urlencoded',
      nowMs,
      fieldMap: { ticker: 'value1', side: 'value2', price: 'value3' },
    })
    expect(payload).toMatchObject({ items: [{ draft: { ticker: 'BTC/USDT', side: 'buy', price: '0.1' } }] })
  })

  it('cannot reach a credential', () => {
    const map: FieldMap = { ticker: 'token', constants: { side: 'buy' } }
    expect(read({ token: 'AAPL' }, map)).toMatchObject({ code: 'missing-ticker', field: 'token' })
  })
})
