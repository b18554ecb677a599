import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readPayload, redactSecrets, type Payload } from './index.ts'
import { faultsOf } from './invariants.ts'

const FOLDER = '../shared/data'
const nowMs = Date.parse('2026-01-01T00:00:00Z')

function linesOf(file: string): string[] {
  const text = existsSync(FOLDER) ? readFileSync(`${FOLDER}/hostile/${file}`, 'utf8') : '[]'
  return file.endsWith('.json')
    ? (JSON.parse(text) as string[])
    : text.split('\n').filter((line) => line !== '')
}

const FILES = [
  'blns.json',
  'xss.txt',
  'sqli-auth-bypass.txt',
  'sqli-postgres.txt',
  'nosql.txt',
  'crlf.txt',
  'path-traversal.txt',
]

const read = (text: string): Payload => readPayload({ text, nowMs })

describe.skipIf(!existsSync(FOLDER))('hostile strings (skipped where ../shared/data is absent)', () => {
  it.each(FILES)('of %s are read or refused in every place of a body', (file) => {
    const strings = linesOf(file)
    expect(strings.length).toBeGreaterThan(15)
    for (const hostile of strings) {
      const base = { ticker: 'AAPL', side: 'buy' }
      for (const name of [
        'ticker',
        'side',
        'price',
        'quantity',
        'time',
        'id',
        'strategy',
        'exchange',
        'comment',
        'stocks',
        'msg',
      ]) {
        expect(faultsOf(read(JSON.stringify({ ...base, [name]: hostile })))).toEqual([])
      }
      expect(faultsOf(read(JSON.stringify({ msg: hostile })))).toEqual([])
      expect(faultsOf(read(JSON.stringify({ stocks: hostile, scan_name: `BUY ${hostile}` })))).toEqual([])
      expect(
        faultsOf(
          read(
            JSON.stringify({ alerts: [{ labels: { ticker: hostile, side: hostile } }], receiver: hostile }),
          ),
        ),
      ).toEqual([])
      expect(faultsOf(read(JSON.stringify({ ...base, [hostile]: hostile })))).toEqual([])
      for (const text of [
        hostile,
        `BUY ${hostile}`,
        `key|${hostile}|buy|${hostile}`,
        `${hostile}=${hostile}`,
        `[${hostile}]`,
        `{${hostile}`,
      ]) {
        expect(faultsOf(read(text))).toEqual([])
      }
      expect(
        faultsOf(
          readPayload({ text: '{}', nowMs, query: { symbol: hostile, side: hostile, exchange: hostile } }),
        ),
      ).toEqual([])
    }
  })

  it('never come out as ticker, side or number', () => {
    for (const hostile of linesOf('xss.txt')) {
      expect(read(JSON.stringify({ ticker: hostile, side: 'buy' })).outcome).toBe('refused')
      expect(read(JSON.stringify({ ticker: 'A', side: hostile })).outcome).toBe('refused')
      expect(read(JSON.stringify({ ticker: 'A', side: 'buy', price: hostile })).outcome).toBe('refused')
    }
  })

  it('of JSONTestSuite are answered, and no broken JSON gives a signal', () => {
    const lines = gunzipSync(readFileSync(`${FOLDER}/conformance/json-test-suite.jsonl.gz`))
      .toString()
      .trim()
      .split('\n')
    expect(lines.length).toBe(224)
    for (const line of lines) {
      const { base64 } = JSON.parse(line) as { base64: string }
      const payload = read(Buffer.from(base64, 'base64').toString('utf8'))
      expect(faultsOf(payload)).toEqual([])
      expect(payload.outcome === 'signals' && payload.items.some((item) => item.ok)).toBe(false)
    }
  })
})

describe('bodies built to be slow', () => {
  const LENGTH = 262_144
  const fill = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH)

  it.each([
    ...[
      '[',
      '{',
      '{"a":',
      '[{"a":',
      '"',
      '"\\',
      '{"a":"\\',
      '[1,',
      '{"a":[1e5,',
      '{"a":[1234567890123456789,',
    ].map((text) => [text]),
    ...[
      ' ',
      '\n',
      'a',
      'a=',
      'a=1&',
      'key=',
      'key: ',
      'token-',
      '|',
      '@ ',
      "'",
      '%a',
      '{{a',
      'sbx_hook_',
      '9',
    ].map((text) => [text]),
  ])('repeating %j are refused in time', (text) => {
    const body = fill(text)
    const startMs = performance.now()
    expect(faultsOf(read(body))).toEqual([])
    expect(faultsOf(read(`{"ticker":"A","side":"buy","x":[${body.slice(0, LENGTH - 100)}`))).toEqual([])
    redactSecrets(body)
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })
})
