import { describe, expect, it } from 'vitest'
import { readTime } from './time.ts'

const nowMs = Date.parse('2026-02-26T10:00:00Z')
const read = (value: unknown, timezone?: string) => readTime(value, 'time', { nowMs, timezone })
const iso = (value: unknown, timezone?: string) => new Date(read(value, timezone) as number).toISOString()

describe('readTime', () => {
  it.each([
    ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01T10:00:00.123456Z', '2024-01-01T10:00:00.123Z'],
    ['2024-01-01T10:00:00.07+05:30', '2024-01-01T04:30:00.070Z'],
    ['2024-01-01T10:00:00-0500', '2024-01-01T15:00:00.000Z'],
    ['2024-01-01T10:00Z', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01 10:00:00', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01 10:00:00 UTC', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01', '2024-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    [1704103200, '2024-01-01T10:00:00.000Z'],
    [1704103200.5, '2024-01-01T10:00:00.500Z'],
    [1704103200123, '2024-01-01T10:00:00.123Z'],
    [1704103200123456, '2024-01-01T10:00:00.123Z'],
    ['1704103200', '2024-01-01T10:00:00.000Z'],
    ['1704103200123', '2024-01-01T10:00:00.123Z'],
    ['2026-02-27T09:59:59Z', '2026-02-27T09:59:59.000Z'],
  ])('reads %j as %s', (value, expected) => {
    expect(iso(value)).toBe(expected)
  })

  it.each([
    ['2026-02-26 09:30:00', 'Asia/Kolkata', '2026-02-26T04:00:00.000Z'],
    ['2026-02-26 09:30:00', 'America/New_York', '2026-02-26T14:30:00.000Z'],
    ['2025-07-01 09:30:00', 'America/New_York', '2025-07-01T13:30:00.000Z'],
    ['2026-02-26T09:30:00Z', 'Asia/Kolkata', '2026-02-26T09:30:00.000Z'],
    ['2:34 pm', 'Asia/Kolkata', '2026-02-26T09:04:00.000Z'],
    ['12:05 am', 'Asia/Kolkata', '2026-02-25T18:35:00.000Z'],
    ['12:05 pm', 'Asia/Kolkata', '2026-02-26T06:35:00.000Z'],
    ['4:29 pm', 'Asia/Kolkata', '2026-02-26T10:59:00.000Z'],
    ['4:31 pm', 'Asia/Kolkata', '2026-02-25T11:01:00.000Z'],
    ['14:34:05', 'Asia/Kolkata', '2026-02-26T09:04:05.000Z'],
    ['11:00 am', 'UTC', '2026-02-26T11:00:00.000Z'],
  ])('reads %j in %s as %s', (value, zone, expected) => {
    expect(iso(value, zone)).toBe(expected)
  })

  it('takes the date of India, which is tomorrow while it is still today in UTC', () => {
    const lateMs = Date.parse('2026-02-26T20:00:00Z')
    const ms = readTime('1:25 am', 'time', { nowMs: lateMs, timezone: 'Asia/Kolkata' })
    expect(new Date(ms as number).toISOString()).toBe('2026-02-26T19:55:00.000Z')
  })

  it.each([[null], [undefined], [''], [' ']])('finds no time in %j', (value) => {
    expect(read(value)).toBeUndefined()
  })

  it.each([
    ['yesterday'],
    ['2:34 pm'],
    ['2024-02-30T00:00:00Z'],
    ['2023-02-29T00:00:00Z'],
    ['2024-13-01T00:00:00Z'],
    ['2024-00-10'],
    ['2024-01-01T24:00:00Z'],
    ['2024-01-01T10:60:00Z'],
    ['01/02/2024'],
    ['1999-12-31T23:59:59Z'],
    ['2026-02-27T10:00:01Z'],
    [0],
    [-1],
    [1.5],
    [86400],
    [4e18],
    [Infinity],
    [true],
    [{}],
    ['1'.repeat(5000)],
  ])('refuses %j by its field', (value) => {
    expect(read(value)).toMatchObject({ code: 'invalid-time', field: 'time' })
  })

  it.each([['13:00 pm'], ['0:30 am'], ['25:00'], ['9:61 am']])('refuses the clock %s', (value) => {
    expect(read(value, 'Asia/Kolkata')).toMatchObject({ code: 'invalid-time' })
  })
})
