/** Reads the times that senders state. Pure. */
import { placeholderIn } from './placeholder.ts'
import { refuse, show, type Refusal } from './refusal.ts'
import { zoneOffsetMs } from './zone.ts'

export interface TimeContext {
  nowMs: number
  /** IANA zone of times that name none; UTC when absent. */
  timezone?: string | undefined
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Before 2000 nobody sent webhooks: such a time is a mistake of unit. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/i
const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d))? ?([ap])\.?m\.?$|^(\d{1,2}):(\d\d)(?::(\d\d))?$/i
const EPOCH = /^\d{9,17}(?:\.\d{1,9})?$/

/**
 * Epoch milliseconds of an ISO-8601 time, `2024-01-01 10:00:00`, or an epoch in seconds, milliseconds or
 * microseconds, as number or text; with a `timezone`, also of a clock without a date (`2:34 pm`).
 * Undefined for null and empty text. Refused: what is no time, before 2000, or more than a day ahead.
 */
export function readTime(value: unknown, field: string, context: TimeContext): number | undefined | Refusal {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number') return check(fromEpoch(value), value, field, context)
  if (typeof value !== 'string') return refuseTime(value, field)
  const text = value.trim()
  if (text === '') return undefined
  const ms = EPOCH.test(text) ? fromEpoch(Number(text)) : fromWritten(text, context)
  return check(ms, value, field, context)
}

function check(ms: number | undefined, sent: unknown, field: string, context: TimeContext): number | Refusal {
  if (ms === undefined || !(ms >= EARLIEST_MS)) return placeholderIn(sent, field) ?? refuseTime(sent, field)
  if (ms <= context.nowMs + DAY_MS) return ms
  return refuse('invalid-time', field, `"${field}" is ${show(sent)}, more than a day in the future`)
}

function fromEpoch(epoch: number): number {
  if (epoch < 1e11) return Math.round(epoch * 1000)
  return epoch < 1e14 ? Math.floor(epoch) : Math.floor(epoch / 1000)
}

function fromWritten(text: string, context: TimeContext): number | undefined {
  const parts = DATE_TIME.exec(text)
  if (parts === null)
    return context.timezone === undefined ? undefined : fromClock(text, context.timezone, context.nowMs)
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = parts
  const midnight = dateOf(Number(year), Number(month), Number(day))
  const clock = clockOf(Number(hour), Number(minute), Number(second))
  if (midnight === undefined || clock === undefined) return undefined
  const local = midnight + clock + Math.floor(Number(`0.${fraction}`) * 1000)
  if (zone !== undefined) return local - offsetOf(zone)
  return context.timezone === undefined ? local : local - zoneOffsetMs(context.timezone, local)
}

/** Midnight UTC of a date, undefined when the calendar has no such day. */
function dateOf(year: number, month: number, day: number): number | undefined {
  const ms = Date.UTC(year, month - 1, day)
  const date = new Date(ms)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : undefined
}

/** A leap second (60) counts as the next one. */
function clockOf(hour: number, minute: number, second: number): number | undefined {
  const isClock = hour <= 23 && minute <= 59 && second <= 60
  return isClock ? ((hour * 60 + minute) * 60 + second) * 1000 : undefined
}

function offsetOf(zone: string): number {
  const digits = zone.replace(':', '')
  if (!/^[+-]/.test(digits)) return 0
  const ms = (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))) * 60_000
  return digits.startsWith('-') ? -ms : ms
}

/** A clock without date is today's in its zone; if that is more than an hour ahead, yesterday's. */
function fromClock(text: string, timezone: string, nowMs: number): number | undefined {
  const parts = CLOCK.exec(text)
  if (parts === null) return undefined
  const half = parts[4]?.toLowerCase()
  const written = Number(parts[1] ?? parts[5])
  if (half !== undefined && (written < 1 || written > 12)) return undefined
  const hour = half === undefined ? written : (written % 12) + (half === 'p' ? 12 : 0)
  const clock = clockOf(hour, Number(parts[2] ?? parts[6]), Number(parts[3] ?? parts[7] ?? 0))
  if (clock === undefined) return undefined
  const localNow = nowMs + zoneOffsetMs(timezone, nowMs)
  const local = localNow - (((localNow % DAY_MS) + DAY_MS) % DAY_MS) + clock
  const ms = local - zoneOffsetMs(timezone, local)
  return ms > nowMs + HOUR_MS ? ms - DAY_MS : ms
}

function refuseTime(value: unknown, field: string): Refusal {
  const message = `"${field}" is ${show(value)}; write a time as 2024-01-01T10:00:00Z or as seconds since 1970`
  return refuse('invalid-time', field, message)
}
