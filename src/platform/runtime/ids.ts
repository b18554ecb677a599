/**
 * Makes and reads UUID version 7 (RFC 9562): time first, so that ids sort by when they were made. On the hot
 * path. After the 48 bits of time come 18 bits that count within the millisecond, started at random, and 56
 * random bits.
 */
import { randomFillSync } from 'node:crypto'

/** Fills the buffer with random bytes. */
export type FillRandom = (buffer: Buffer) => void

const POOL_BYTES = 8_192
const BYTES_PER_ID = 10
const COUNTER_MAX = 0x3_ffff
/** A fresh count starts in the lower half, so that at least 131,072 more ids fit the millisecond. */
const COUNTER_START_MAX = 0x1_ffff
const TIME_MAX_MS = 0xffff_ffff_ffff

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * A maker of ids that strictly ascend, whatever times it is given: a clock that goes back goes on from the
 * newest time seen, and a millisecond that is full borrows the next. The ids of two makers are ordered by
 * time only.
 */
export function uuidv7Maker(fill: FillRandom = randomFillSync): (nowMs: number) => string {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  let lastMs = -1
  let counter = 0
  return (nowMs) => {
    checkTime(nowMs)
    if (used + BYTES_PER_ID > POOL_BYTES) {
      fill(pool)
      used = 0
    }
    const at = used
    used += BYTES_PER_ID
    if (nowMs > lastMs) {
      lastMs = Math.floor(nowMs)
      counter = pool.readUIntBE(at, 3) & COUNTER_START_MAX
    } else if (++counter > COUNTER_MAX) {
      lastMs += 1
      counter = pool.readUIntBE(at, 3) & COUNTER_START_MAX
    }
    return idOf(lastMs, counter, pool, at + 3)
  }
}

const make = uuidv7Maker()

/** A new id made at `nowMs` (epoch milliseconds); ids of this process strictly ascend. */
export const uuidv7 = (nowMs: number): string => make(nowMs)

/** The smallest id of that millisecond: the bound of a partition or of a search by time. */
export function uuidv7Floor(ms: number): string {
  checkTime(ms)
  return `${timeOf(Math.floor(ms))}-7000-8000-000000000000`
}

/**
 * When an id was made, epoch milliseconds. Throws for text that is no version 7 id: check with `isUuid`
 * before.
 */
export function timeOfUuidv7(id: string): number {
  if (!isUuid(id) || id[14] !== '7') throw new Error('not a version 7 UUID')
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Whether text has the shape of a UUID, of any version. */
export const isUuid = (text: string): boolean => SHAPE.test(text)

function idOf(ms: number, counter: number, random: Buffer, at: number): string {
  const high = counter >>> 6
  const hex = (i: number): string => HEX[random[at + i]!]!
  return (
    `${timeOf(ms)}-${HEX[0x70 | (high >>> 8)]}${HEX[high & 0xff]}-${HEX[0x80 | (counter & 0x3f)]}${hex(0)}-` +
    hex(1) +
    hex(2) +
    hex(3) +
    hex(4) +
    hex(5) +
    hex(6)
  )
}

function timeOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

function checkTime(ms: number): void {
  if (!(ms >= 0 && ms <= TIME_MAX_MS)) throw new RangeError(`no time for an id: ${ms}`)
}
