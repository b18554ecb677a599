/** Parses JSON from strangers: bounded, without doubt about any key, and with every number exact. Pure. */
import { findFault, joinPath, pathAt } from './json-fault.ts'

export interface JsonLimits {
  /** Nesting of arrays and objects. */
  readonly depthMax: number
  /** Keys of all objects together. */
  readonly keysMax: number
  /** Length of a string, in UTF-16 units. */
  readonly stringMax: number
  /** Keys whose strings may be `longStringMax` long: lists written as one text. */
  readonly longStringKeys: ReadonlySet<string>
  readonly longStringMax: number
}

export const JSON_LIMITS: JsonLimits = {
  depthMax: 32,
  keysMax: 1_000,
  stringMax: 2_048,
  longStringKeys: new Set(),
  longStringMax: 65_536,
}

export type JsonFaultCode =
  | 'invalid-json'
  | 'too-deep'
  | 'too-many-keys'
  | 'string-too-long'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'unreadable-text'
  | 'number-too-large'

export interface JsonFault {
  ok: false
  code: JsonFaultCode
  message: string
  /** Index into the text. */
  position: number
  /** `a.b[2].c`, or null for the document itself. */
  path: string | null
}

/** `hasLongNumbers`: some number does not fit a double exactly and stands in `value` as its own text. */
export type JsonReading = { ok: true; value: unknown; hasLongNumbers: boolean } | JsonFault

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Up to this many significant digits every decimal number survives a double. */
const DIGITS_SAFE = 15
/** From so many keys on, an object's keys are looked up in a set. */
const KEYS_IN_LIST = 16

interface Frame {
  keys: string[]
  set: Set<string> | null
}

interface Scan {
  text: string
  limits: JsonLimits
  /** The open objects and arrays, innermost last; null for an array. */
  frames: (Frame | null)[]
  keyCount: number
  /** Start and end of each number that is to be kept as text, flat. */
  longNumbers: number[]
  fault: JsonFault | null
}

/**
 * Reads one JSON document. One pass over the text before `JSON.parse` enforces the limits and refuses: a
 * key twice in one object, `__proto__` and `prototype` and an object named `constructor` (escaped
 * spellings too), NUL and lone surrogates, numbers beyond a double's range. Never throws.
 */
export function parseJson(text: string, limits: JsonLimits = JSON_LIMITS): JsonReading {
  const longNumbers: number[] = []
  const scan: Scan = {
    text,
    limits,
    frames: [],
    keyCount: 0,
    longNumbers,
    fault: null,
  }
  scanText(scan)
  if (scan.fault !== null) return scan.fault
  try {
    const value: unknown = JSON.parse(longNumbers.length === 0 ? text : withTexts(text, longNumbers))
    return { ok: true, value, hasLongNumbers: longNumbers.length > 0 }
  } catch {
    const fault = findFault(text) ?? { position: 0, message: 'this is no JSON', path: null }
    return { ok: false, code: 'invalid-json', ...fault }
  }
}

function scanText(scan: Scan): void {
  const { text, frames } = scan
  const { depthMax } = scan.limits
  let expectsKey = false
  for (let i = 0; i < text.length && scan.fault === null; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      const end = endOfString(scan, i)
      if (expectsKey) {
        noteKey(scan, i, end)
        expectsKey = false
      } else if (end - i - 2 > scan.limits.stringMax) checkLength(scan, i, end)
      i = end - 1
    } else if (code === COMMA) {
      expectsKey = frames.length > 0 && frames[frames.length - 1] !== null
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      expectsKey = code === OPEN_BRACE
      frames.push(expectsKey ? { keys: [], set: null } : null)
      if (frames.length > depthMax) fail(scan, 'too-deep', i, `is nested more than ${depthMax} levels deep`)
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      frames.pop()
      expectsKey = false
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      i = endOfNumber(scan, i) - 1
    }
  }
}

/**
 * The index behind the closing quote, or the end of the text. Looks into escapes for what no text may hold.
 */
function endOfString(scan: Scan, start: number): number {
  const { text } = scan
  let isEscaped = false
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      if (isEscaped) checkCharacters(scan, start, i + 1)
      return i + 1
    }
    if (code === BACKSLASH) {
      isEscaped = true
      i++
    } else if (code >= 0xd800 && code <= 0xdfff) {
      isEscaped = true
    }
  }
  return text.length
}

/** The text that a string literal means; undefined when it is no literal. */
function decode(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string
  } catch {
    return undefined
  }
}

function checkCharacters(scan: Scan, start: number, end: number): void {
  const decoded = decode(scan.text.slice(start, end))
  if (decoded === undefined) return
  if (decoded.includes('\0')) fail(scan, 'unreadable-text', start, 'holds the character NUL (\\u0000)')
  else if (!decoded.isWellFormed()) {
    fail(scan, 'unreadable-text', start, 'holds half of a character (a lone surrogate)')
  }
}

function checkLength(scan: Scan, start: number, end: number): void {
  const { longStringKeys, longStringMax, stringMax } = scan.limits
  const frame = scan.frames.at(-1)
  const key = frame?.keys.at(-1)
  const max = key !== undefined && longStringKeys.has(key) ? longStringMax : stringMax
  const length = decode(scan.text.slice(start, end))?.length ?? end - start
  if (length > max) fail(scan, 'string-too-long', start, `has ${length} characters, ${max} are allowed`)
}

function noteKey(scan: Scan, start: number, end: number): void {
  const { text, limits } = scan
  const raw = text.slice(start + 1, end - 1)
  const key = raw.includes('\\') ? (decode(text.slice(start, end)) ?? raw) : raw
  const frame = scan.frames[scan.frames.length - 1]!
  if (++scan.keyCount > limits.keysMax) {
    fail(scan, 'too-many-keys', start, `is more than the ${limits.keysMax} keys that are allowed`)
  } else if (key.length > limits.stringMax) {
    fail(
      scan,
      'string-too-long',
      start,
      `a key has ${key.length} characters, ${limits.stringMax} are allowed`,
    )
  } else if (isForbidden(key, text, end)) {
    fail(scan, 'forbidden-key', start, 'is a name that no field may have')
  } else if (has(frame, key)) {
    fail(scan, 'duplicate-key', start, 'stands twice in one object: which one is meant?')
  } else {
    frame.keys.push(key)
    frame.set?.add(key)
  }
}

function has(frame: Frame, key: string): boolean {
  if (frame.set !== null) return frame.set.has(key)
  if (frame.keys.length < KEYS_IN_LIST) return frame.keys.includes(key)
  frame.set = new Set(frame.keys)
  return frame.set.has(key)
}

/** Names that would reach into an object's prototype once the value is copied or merged. */
function isForbidden(key: string, text: string, end: number): boolean {
  if (key === '__proto__' || key === 'prototype') return true
  return key === 'constructor' && text.charCodeAt(afterColon(text, end)) === OPEN_BRACE
}

function afterColon(text: string, end: number): number {
  let i = end
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isBlank = code === SPACE || code === TAB || code === LINE_FEED || code === CARRIAGE_RETURN
    if (!isBlank && code !== COLON) break
  }
  return i
}

/** The index behind a number; notes it when a double does not hold it exactly. */
function endOfNumber(scan: Scan, start: number): number {
  const { text } = scan
  let hasExponent = false
  let i = start + 1
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 69 || code === 101) hasExponent = true
    else if (!((code >= 48 && code <= 57) || code === 46 || code === 43 || code === 45)) break
  }
  if (hasExponent || i - start > DIGITS_SAFE) checkNumber(scan, start, i)
  return i
}

const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

function checkNumber(scan: Scan, start: number, end: number): void {
  const max = scan.limits.stringMax
  if (end - start > max) return fail(scan, 'string-too-long', start, `has more than ${max} digits`)
  const literal = scan.text.slice(start, end)
  if (!NUMBER.test(literal)) return
  const number = Number(literal)
  if (!Number.isFinite(number)) {
    fail(scan, 'number-too-large', start, 'is a number larger than any that can be held')
  } else if (scientific(literal) !== scientific(String(number))) {
    scan.longNumbers.push(start, end)
  }
}

/** One spelling for each value: digits without zeros at either end, and the power of ten of the last. */
function scientific(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(literal) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return '0'
  let last = digits.length
  while (digits.charCodeAt(last - 1) === 48) last--
  const power = Number(exponent) - fraction.length + (digits.length - last)
  return `${sign}${digits.slice(0, last)}e${power}`
}

/** The text with each of the given numbers in quotes. */
function withTexts(text: string, spans: readonly number[]): string {
  let quoted = ''
  let from = 0
  for (let i = 0; i < spans.length; i += 2) {
    quoted += `${text.slice(from, spans[i])}"${text.slice(spans[i], spans[i + 1])}"`
    from = spans[i + 1]!
  }
  return quoted + text.slice(from)
}

function fail(scan: Scan, code: JsonFaultCode, position: number, what: string): void {
  if (scan.fault !== null) return
  const path = code === 'too-deep' ? null : pathAt(scan.text, position)
  const subject = path === null ? 'the body' : `"${joinPath(path)}"`
  scan.fault = { ok: false, code, message: `${subject} ${what}`, position, path }
}
