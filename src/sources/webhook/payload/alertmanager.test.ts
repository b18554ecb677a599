import { describe, expect, it } from 'vitest'
import { readPayload } from './index.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')
const FIRING = {
  status: 'firing',
  labels: { alertname: 'RsiLow', ticker: 'NASDAQ:AAPL', side: 'buy', price: '150.25', severity: 'page' },
  annotations: { summary: 'RSI below 30' },
  startsAt: '2026-02-26T09:59:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example/graph',
  fingerprint: 'a1b2c3',
}
const read = (...alerts: object[]) =>
  readPayload({
    text: JSON.stringify({
      version: '4',
      groupKey: '{}:{}',
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'signalbox',
      groupLabels: {},
      commonLabels: {},
      commonAnnotations: {},
      externalURL: 'http://alertmanager.example',
      alerts,
    }),
    nowMs,
  })

describe('Alertmanager', () => {
  it('gives one signal a firing alert, named by its fingerprint and start', () => {
    expect(read(FIRING)).toEqual({
      outcome: 'signals',
      batch: true,
      credentials: [],
      items: [
        {
          ok: true,
          carriesTime: true,
          draft: {
            ticker: 'AAPL',
            exchange: 'NASDAQ',
            side: 'buy',
            price: '150.25',
            strategy: 'RsiLow',
            senderId: 'a1b2c3@2026-02-26T09:59:00.123456789Z',
            occurredAtMs: Date.parse('2026-02-26T09:59:00.123Z'),
            metadata: { severity: 'page', summary: 'RSI below 30' },
            body: JSON.stringify(FIRING),
          },
        },
      ],
    })
  })

  it('refuses each alert that is none, alone', () => {
    const noSide = { ...FIRING, labels: { symbol: 'A' } }
    const noTicker = { ...FIRING, labels: { action: 'sell' } }
    const template = { ...FIRING, labels: { symbol: 'A', action: 'sell', price: 'NaN' } }
    const resolved = { ...FIRING, status: 'resolved' }
    expect(read(resolved, noSide, noTicker, template, FIRING, 5 as never)).toMatchObject({
      items: [
        { code: 'not-a-signal', field: 'alerts[0].status' },
        { code: 'missing-side', field: 'alerts[1].labels.side' },
        { code: 'missing-ticker', field: 'alerts[2].labels.ticker' },
        { code: 'unresolved-placeholder', field: 'alerts[3].labels.price' },
        { ok: true },
        { code: 'not-a-signal', field: 'alerts[5]' },
      ],
    })
  })

  it('takes from annotations what the labels lack', () => {
    const alert = {
      ...FIRING,
      labels: { symbol: 'A', action: 'sell' },
      annotations: { price: '2', symbol: 'B' },
    }
    expect(read(alert)).toMatchObject({ items: [{ draft: { ticker: 'A', side: 'sell', price: '2' } }] })
  })

  it('refuses a group without alerts', () => {
    expect(read()).toMatchObject({ outcome: 'refused', code: 'not-a-signal', field: 'alerts' })
  })
})
