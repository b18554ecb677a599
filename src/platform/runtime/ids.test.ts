import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUuid, timeOfUuidv7, uuidv7, uuidv7Floor, uuidv7Maker } from './ids.ts'

const anyTime = fc.integer({ min: 0, max: 0xffff_ffff_fff0 })
const bytes = (fill: number) => (buffer: Buffer) => void buffer.fill(fill)

describe('uuidv7', () => {
  it('gives the layout of RFC 9562', () => {
    expect(uuidv7(1_645_557_742_000)).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('gives back the time it was made at', () => {
    fc.assert(
      fc.property(anyTime, (ms) => {
        expect(timeOfUuidv7(uuidv7Maker()(ms))).toBe(ms)
      }),
    )
  })

  it('strictly ascends, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(anyTime, { minLength: 2, maxLength: 50 }), (times) => {
        const make = uuidv7Maker()
        const ids = times.map((ms) => make(ms))
        expect(ids.every((id, i) => i === 0 || ids[i - 1]! < id)).toBe(true)
      }),
    )
  })

  it('sorts ids of different processes by their time', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (a, b) => {
        fc.pre(a !== b)
        expect(uuidv7Maker()(a) < uuidv7Maker()(b)).toBe(a < b)
      }),
    )
  })

  it('borrows the next millisecond when one is full', () => {
    const make = uuidv7Maker(bytes(0xff))
    const ids = Array.from({ length: 300_000 }, () => make(1_000))
    expect(ids.every((id, i) => i === 0 || ids[i - 1]! < id)).toBe(true)
    expect(ids.map(timeOfUuidv7).filter((ms) => ms === 1_000)).toHaveLength(131_073)
    expect(new Set(ids.map(timeOfUuidv7))).toEqual(new Set([1_000, 1_001, 1_002]))
    expect(ids.every(isUuid)).toBe(true)
  })

  it('does not tell the next id by the last', () => {
    const [one, two] = [uuidv7(5_000), uuidv7(5_000)]
    expect(one.slice(-12)).not.toBe(two.slice(-12))
  })

  it.each([-1, Number.NaN, 2 ** 48])('refuses the time %d', (ms) => {
    expect(() => uuidv7Maker()(ms)).toThrow(RangeError)
  })
})

describe('uuidv7Floor', () => {
  it('is the smallest id of its millisecond and above every id before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffff_ffff_fff0 }),
        fc.constantFrom(0, 0x5a, 0xff),
        (ms, fill) => {
          const floor = uuidv7Floor(ms)
          expect(isUuid(floor)).toBe(true)
          expect(timeOfUuidv7(floor)).toBe(ms)
          expect(uuidv7Maker(bytes(fill))(ms) >= floor).toBe(true)
          expect(uuidv7Maker(bytes(fill))(ms - 1) < floor).toBe(true)
        },
      ),
    )
  })
})

describe('isUuid', () => {
  it.each([
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f', true],
    ['017F22E2-79B0-7CC3-98C4-DC0C0C07398F', true],
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398', false],
    ['017f22e279b07cc398c4dc0c0c07398f', false],
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n', false],
    ['', false],
  ])('says of %j: %s', (text, expected) => {
    expect(isUuid(text)).toBe(expected)
  })

  it('refuses to read a time from another version', () => {
    expect(() => timeOfUuidv7('9b0c6c56-6c3e-4a53-8c8b-0d4b3a0e6e01')).toThrow('version 7')
  })
})
