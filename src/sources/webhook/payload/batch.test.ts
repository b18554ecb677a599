import { describe, expect, it } from 'vitest'
import { readPayload, type Payload } from './index.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')
const read = (text: string, more: { contentType?: string } = {}): Payload =>
  readPayload({ text, nowMs, ...more })

describe('batches', () => {
  const good = '{"ticker":"A","side":"buy"}'

  it.each([
    ['an array', `[${good}, {"ticker":"B"}, 5, "sell MSFT", [${good}], {"side":"buy","side":"sell"}]`],
    ['NDJSON', `${good}\n{"ticker":"B"}\r\n5\n"sell MSFT"\n\n[${good}]\n{"side":"buy","side":"sell"}\n`],
  ])('answers %s item by item', (_, text) => {
    const payload = read(text)
    expect(payload).toMatchObject({ outcome: 'signals', batch: true })
    const told =
      payload.outcome === 'signals'
        ? payload.items.map((item) => (item.ok ? item.draft.ticker : item.code))
        : []
    expect(told).toEqual(['A', 'missing-side', 'not-a-signal', 'MSFT', 'not-a-signal', 'duplicate-key'])
  })

  it('stores each item’s own text', () => {
    const payload = read(
      `[ ${good} ,{"ticker":"B","side":"sell","price":0.12345678901234567890,"key":"abcdefgh"}]`,
    )
    expect(payload).toMatchObject({
      credentials: ['abcdefgh'],
      items: [{ draft: { body: good } }, { draft: { ticker: 'B', price: '0.1234567890123456789' } }],
    })
    expect(JSON.stringify(payload.outcome === 'signals' && payload.items)).not.toContain('abcdefgh')
  })

  it('takes a single line as a batch where the content type says NDJSON', () => {
    expect(read(good, { contentType: 'application/x-ndjson' })).toMatchObject({ batch: true })
    expect(read(good)).toMatchObject({ batch: false })
  })

  it('takes one broken line of NDJSON alone, but an array with a broken item not at all', () => {
    expect(read(`${good}\n{"ticker":}\n`)).toMatchObject({ items: [{ ok: true }, { code: 'invalid-json' }] })
    expect(read(`[${good},{"ticker":}]`)).toMatchObject({
      outcome: 'refused',
      code: 'invalid-json',
      field: '[1].ticker',
    })
    expect(read(`[${good},]`)).toMatchObject({ outcome: 'refused', code: 'invalid-json' })
    expect(read(`[${good}`)).toMatchObject({ outcome: 'refused', code: 'invalid-json' })
  })

  it.each([['[]'], [' [ ] ']])('refuses %j as empty', (text) => {
    expect(read(text)).toMatchObject({ outcome: 'refused', code: 'empty-body' })
  })

  it.each([
    ['an array', (count: number) => `[${Array.from({ length: count }, () => good).join(',')}]`],
    ['NDJSON', (count: number) => Array.from({ length: count }, () => good).join('\n')],
    ['Chartink', (count: number) => JSON.stringify({ stocks: 'RELIANCE,'.repeat(count), scan_name: 'BUY' })],
  ])('takes 1,000 items as %s and refuses 1,001', (_, body) => {
    expect(read(body(1000))).toMatchObject({ outcome: 'signals', items: { length: 1000 } })
    expect(read(body(1001))).toMatchObject({ outcome: 'refused', code: 'too-many-items' })
  })
})
