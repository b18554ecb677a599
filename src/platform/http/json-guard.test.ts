import * as fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { JSON_LIMITS, parseJson, type JsonReading } from './json-guard.ts'

const SUITE = '../shared/data/conformance/json-test-suite.jsonl.gz'

/** What was read; where numbers became text or it was refused on purpose, what JSON.parse says. */
const exactValue = (reading: JsonReading, text: string): unknown =>
  reading.ok && !reading.hasLongNumbers ? reading.value : (JSON.parse(text) as unknown)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')}}`

describe('what is refused', () => {
  it.each([
    { text: '{"side":"buy","side":"sell"}', code: 'duplicate-key', path: 'side' },
    { text: '{"side":"buy","s\\u0069de":"sell"}', code: 'duplicate-key', path: 'side' },
    { text: '[{"a":{"b":1,"c":2,"b":3}}]', code: 'duplicate-key', path: '[0].a.b' },
    { text: keys(40).replace('"k39"', '"k3"'), code: 'duplicate-key', path: 'k3' },
    { text: '{"__proto__":{"polluted":1}}', code: 'forbidden-key', path: '__proto__' },
    { text: '{"a":{"\\u005f_proto__":1}}', code: 'forbidden-key', path: 'a.__proto__' },
    { text: '{"prototype":1}', code: 'forbidden-key', path: 'prototype' },
    { text: '{"constructor" : {"prototype":{}}}', code: 'forbidden-key', path: 'constructor' },
    { text: '{"construct\\u006fr":{}}', code: 'forbidden-key', path: 'constructor' },
    { text: '{"a":"x\\u0000"}', code: 'unreadable-text', path: 'a' },
    { text: '{"a":["\\ud800"]}', code: 'unreadable-text', path: 'a[0]' },
    { text: '{"\\udc00":1}', code: 'unreadable-text', path: '\ufffd' },
    { text: '{"a":"\ud800"}', code: 'unreadable-text', path: 'a' },
    { text: '{"a":1e400}', code: 'number-too-large', path: 'a' },
    { text: '{"a":-1e400}', code: 'number-too-large', path: 'a' },
    { text: `{"a":${'9'.repeat(400)}}`, code: 'number-too-large', path: 'a' },
    { text: `{"a":0.${'1'.repeat(3000)}}`, code: 'string-too-long', path: 'a' },
    { text: nested(33), code: 'too-deep', path: null },
    { text: nested(100_000), code: 'too-deep', path: null },
    { text: keys(1001), code: 'too-many-keys', path: 'k1000' },
    { text: `{"a":"${'x'.repeat(2049)}"}`, code: 'string-too-long', path: 'a' },
    { text: `{"${'x'.repeat(2049)}":1}`, code: 'string-too-long', path: `${'x'.repeat(200)}…` },
    { text: '', code: 'invalid-json', path: null },
  ])('$code at $path in $text.length characters', ({ text, code, path }) => {
    expect(parseJson(text)).toMatchObject({ ok: false, code, path })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it.each([
    [nested(32)],
    [keys(1000)],
    [`{"a":"${'x'.repeat(2048)}"}`],
    [`{"a":"${'\\u0041'.repeat(2048)}"}`],
    ['{"constructor":"Mercedes"}'],
    ['{"a":{"side":1},"b":{"side":2},"side":3}'],
    ['{"a":"\\ud83d\\ude00 😀 \\u00e9 \\\\u0000"}'],
    ['{"a":[{"b":1},{"b":1}],"c":"}{][\\",\\":"}'],
  ])('takes what lies just inside: %.40s', (text) => {
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text), hasLongNumbers: false })
  })
})

describe('limits', () => {
  it('lets the strings of chosen keys be longer', () => {
    const limits = { ...JSON_LIMITS, longStringKeys: new Set(['stocks']), longStringMax: 5_000 }
    const body = (key: string, length: number) => JSON.stringify({ a: [1], [key]: 'x'.repeat(length) })
    expect(parseJson(body('stocks', 5_000), limits)).toMatchObject({ ok: true })
    expect(parseJson(body('stocks', 5_001), limits)).toMatchObject({ ok: false, code: 'string-too-long' })
    expect(parseJson(body('stock', 5_000), limits)).toMatchObject({ ok: false, code: 'string-too-long' })
  })
})

describe('numbers', () => {
  it.each([
    ['1', 1, false],
    ['-0', -0, false],
    ['0.1', 0.1, false],
    ['150.25000000000000000000', 150.25, false],
    ['1e2', 100, false],
    ['9007199254740991', 9007199254740991, false],
    ['9007199254740993', '9007199254740993', true],
    ['1234567890123456789', '1234567890123456789', true],
    ['-0.12345678901234567891', '-0.12345678901234567891', true],
    ['1e-400', '1e-400', true],
    ['123456789012345678901234567890', '123456789012345678901234567890', true],
    ['1e23', 1e23, false],
  ])('%s is read as %s', (literal, value, hasLongNumbers) => {
    expect(parseJson(`{"a":[${literal}]}`)).toEqual({ ok: true, value: { a: [value] }, hasLongNumbers })
  })
})

describe('faults', () => {
  it.each([
    ['{"a":1,}', 'line 1, column 8: a comma before "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}", found """'],
    ['{“a”: 1}', 'line 1, column 2: expected a name in straight double quotes, found “ (typographic quotes'],
    ["{'a': 1}", "line 1, column 2: expected a name in straight double quotes, found ' (use double quotes)"],
    ['{"a" 1}', 'expected ":" behind the name, found "1"'],
    ['{"a":1', 'expected "," or "}", found the end of the text'],
    ['[1,]', 'a comma before "]"'],
    ['{"a":"x\ny"}', 'a text in quotes that is not closed'],
    ['{"a":tru}', 'expected a value, found "t"'],
    ['{} x', 'there is more after the end of the JSON'],
  ])('%j says where and what: %s', (text, message) => {
    const reading = parseJson(text)
    expect(reading).toMatchObject({ ok: false, code: 'invalid-json' })
    expect((reading as { message: string }).message).toContain(message)
  })

  it('names the field in which the text stops being JSON', () => {
    expect(parseJson('{"a":{"b":[1,{"c":{{x}}}]}}')).toMatchObject({ path: 'a.b[1].c', position: 19 })
  })
})

describe.skipIf(!existsSync(SUITE))('JSONTestSuite (skipped where ../shared/data is absent)', () => {
  const cases = gunzipSync(existsSync(SUITE) ? readFileSync(SUITE) : Buffer.alloc(0))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; expect: string; base64: string })
    .map(({ name, base64 }) => ({ name, text: Buffer.from(base64, 'base64').toString('utf8') }))

  it('holds the whole suite', () => {
    expect(cases.length).toBe(224)
  })

  /** Valid JSON that the rules above refuse on purpose. */
  const refusedOnPurpose: Readonly<Record<string, string>> = {
    'y_object_duplicated_key.json': 'duplicate-key',
    'y_object_duplicated_key_and_value.json': 'duplicate-key',
    'y_object_escaped_null_in_key.json': 'unreadable-text',
    'y_string_null_escape.json': 'unreadable-text',
  }

  it.each(cases.filter(({ name }) => name.startsWith('y_')))('takes $name', ({ name, text }) => {
    const code = refusedOnPurpose[name]
    const reading = parseJson(text)
    expect(reading).toMatchObject(code === undefined ? { ok: true } : { ok: false, code })
    expect(exactValue(reading, text)).toEqual(JSON.parse(text))
  })

  it.each(cases.filter(({ name }) => name.startsWith('n_')))('refuses $name', ({ text }) => {
    const reading = parseJson(text)
    expect(reading.ok).toBe(false)
    expect((reading as { message: string }).message).not.toBe('')
  })

  it.each(cases.filter(({ name }) => name.startsWith('i_')))('answers $name', ({ text }) => {
    expect(typeof parseJson(text).ok).toBe('boolean')
  })
})

describe('laws', () => {
  it('agrees with JSON.parse on whatever JSON.stringify writes, or says why not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value)
        const reading = parseJson(text)
        expect(exactValue(reading, text)).toEqual(JSON.parse(text))
        expect(reading).not.toHaveProperty('code', 'invalid-json')
      }),
    )
  })

  it('never throws, and takes nothing that JSON.parse refuses', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\\',
      'a',
      '1',
      '-',
      '.',
      'e',
      ' ',
      'null',
      '\\u0041',
    )
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
        const text = fragments.join('')
        expect(!parseJson(text).ok || isJson(text)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('keeps every decimal number exact', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,25}$/)
    fc.assert(
      fc.property(digits, fc.stringMatching(/^\d{0,25}[1-9]$/), (whole, fraction) => {
        const literal = `${whole}.${fraction}`
        const reading = parseJson(`[${literal}]`) as { value: [string | number] }
        expect(String(reading.value[0])).toBe(literal)
      }),
    )
  })
})
