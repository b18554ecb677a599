import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRICE, QUANTITY, readDecimal } from './number.ts'

const read = (value: unknown) => readDecimal(value, 'price', PRICE)

describe('readDecimal', () => {
  it.each([
    [150.25, '150.25'],
    [1, '1'],
    ['150.25', '150.25'],
    ['0150.2500', '150.25'],
    [' 150 ', '150'],
    ['1,234.50', '1234.5'],
    ['12,34,567', '1234567'],
    ['$150.25', '150.25'],
    ['₹ 1,234', '1234'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0.50', '0.5'],
    ['1e3', '1000'],
    ['1.5E-7', '0.00000015'],
    [1.5e-7, '0.00000015'],
    [1e-6, '0.000001'],
    [1e21, '1000000000000000000000'],
    [123456789012345, '123456789012345'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['0.123456789012345678901234567890', '0.12345678901234567890123456789'],
    [0, '0'],
    ['0.00', '0'],
    ['-0', '0'],
    [-0, '0'],
    ['0e999', '0'],
    ['', undefined],
    ['  ', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %s', (value, text) => {
    expect(read(value)).toBe(text)
  })

  it.each([
    ['abc'],
    ['-1'],
    [-0.5],
    ['1,23'],
    ['1234,50'],
    ['1,234,56'],
    ['1 000'],
    ['1.2.3'],
    ['0x10'],
    ['１２'],
    ['1e99999'],
    ['1e400'],
    ['1e-400'],
    ['Infinity'],
    ['.'],
    ['$'],
    ['1_000'],
    ['5%'],
    [Number.NaN],
    [Infinity],
    [true],
    [{}],
    [[1]],
    ['9'.repeat(39)],
    [`0.${'1'.repeat(39)}`],
    ['9'.repeat(100_000)],
  ])('refuses %j by its field', (value) => {
    expect(read(value)).toMatchObject({
      code: 'invalid-price',
      field: 'price',
      message: expect.stringContaining('"price"') as string,
    })
  })

  it('refuses NaN and placeholders by their word', () => {
    expect(read('NaN')).toMatchObject({ code: 'unresolved-placeholder' })
    expect(readDecimal('{{plot_3}}', 'qty', QUANTITY)).toMatchObject({
      code: 'unresolved-placeholder',
      field: 'qty',
      message: expect.stringContaining('{{plot_3}}') as string,
    })
  })

  it('gives canonical text that is read as itself and equals the number', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-10, max: 1e20, noNaN: true }), (number) => {
        const text = read(number)
        expect(text).toMatch(/^(0|[1-9]\d*)(\.\d*[1-9])?$/)
        expect(Number(text)).toBe(number)
        expect(read(text)).toBe(text)
        expect(read(`${text as string}e0`)).toBe(text)
      }),
    )
  })
})
