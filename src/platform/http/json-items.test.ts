import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitArray, splitLines } from './json-items.ts'

describe('splitLines', () => {
  it.each([
    ['', []],
    ['{"a":1}', ['{"a":1}']],
    ['{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['\r\n {"a":1}\r\n\n{"a":2}', ['{"a":1}', '{"a":2}']],
  ])('takes %j apart', (text, items) => {
    expect(splitLines(text, 2)).toEqual({ ok: true, items })
  })

  it('refuses more lines than are allowed', () => {
    expect(splitLines('1\n2\n3', 2)).toEqual({ ok: false, reason: 'too-many' })
  })
})

describe('splitArray', () => {
  it.each([
    ['[]', []],
    [' [ ] ', []],
    ['[1]', ['1']],
    ['[{"a":[1,2]}, "x,]\\"," ,3]', ['{"a":[1,2]}', '"x,]\\","', '3']],
    ['[1,]', ['1', '']],
  ])('takes %j apart', (text, items) => {
    expect(splitArray(text, 3)).toEqual({ ok: true, items })
  })

  it.each([
    ['[', 'not-an-array'],
    ['{}', 'not-an-array'],
    ['[1]]', 'not-an-array'],
    ['[[1]', 'not-an-array'],
    ['[1,2,3,4]', 'too-many'],
  ])('refuses %j as %s', (text, reason) => {
    expect(splitArray(text, 3)).toEqual({ ok: false, reason })
  })

  it('gives back the items of any array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 20 }), (values) => {
        const split = splitArray(JSON.stringify(values, null, 1), 20)
        expect(split).toMatchObject({ ok: true })
        const items = (split as { items: string[] }).items
        expect(items.map((item) => JSON.parse(item) as unknown)).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })
})
