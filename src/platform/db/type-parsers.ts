/** How values of PostgreSQL's types arrive in our code; given to each connection, never set for all of `pg`. */
import { types } from 'pg'

type Parse = (text: string) => unknown

const oid = { json: 114, int8: 20, date: 1082, timestamptz: 1184, numeric: 1700, jsonb: 3802 }
const arrayOid = { int8: 1016, date: 1182, timestamptz: 1185, numeric: 1231, text: 1009 }

const usual = (of: number): Parse => types.getTypeParser(of, 'text') as Parse
const usualTime = usual(oid.timestamptz)
const texts = usual(arrayOid.text) as (text: string) => (string | null)[]

const asIs: Parse = (text) => text
const arrayOf =
  (parse: Parse): Parse =>
  (text) =>
    texts(text).map((item) => (item === null ? null : parse(item)))

/** `2026-01-31 09:30:00.123456+00` to epoch milliseconds; other zones and infinity go the long way. */
function epochMs(text: string): number {
  if (text.endsWith('+00')) {
    const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    if (!Number.isNaN(ms)) return ms
  }
  return Number(usualTime(text))
}

const parsers = new Map<number, Parse>([
  [oid.int8, Number],
  [oid.numeric, asIs],
  [oid.date, asIs],
  [oid.timestamptz, epochMs],
  [oid.json, JSON.parse],
  [oid.jsonb, JSON.parse],
  [arrayOid.int8, arrayOf(Number)],
  [arrayOid.numeric, arrayOf(asIs)],
  [arrayOid.date, arrayOf(asIs)],
  [arrayOid.timestamptz, arrayOf(epochMs)],
])

/** For the `types` of a connection. */
export const typeParsers = {
  getTypeParser: ((of: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(of)) ||
    types.getTypeParser(of, format as 'text')) as typeof types.getTypeParser,
}
