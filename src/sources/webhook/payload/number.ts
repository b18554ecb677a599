/** Reads prices and quantities as exact decimal text. Pure. */
import { findPlaceholder, refusePlaceholder } from './placeholder.ts'
import { refuse, show, type Refusal } from './refusal.ts'

export interface NumberKind {
  code: 'invalid-price' | 'invalid-quantity'
  /** A number that would be right, for the message. */
  example: string
}

export const PRICE: NumberKind = { code: 'invalid-price', example: '150.25' }
export const QUANTITY: NumberKind = { code: 'invalid-quantity', example: '10' }

const DIGITS_MAX = 38
/** Sign, currency, digits with or without groups of them, fraction, power of ten. */
const DECIMAL = /^([+-]?)[$€£₹]? ?(\d{1,3}(?:,\d{2,3})*,\d{3}|\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/**
 * Canonical decimal text (`1234.5`, no exponent, no needless zeros) of a JSON number or of text such as
 * `1,234.50` or `$150.25`; undefined for null and empty text. `'0'` is answered for zero: its meaning is
 * the caller's.
 */
export function readDecimal(value: unknown, field: string, kind: NumberKind): string | undefined | Refusal {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number' && value > 0 && value < 1e15) {
    const text = String(value)
    // Only below 1e-6 does a number's own text carry an exponent.
    return value >= 1e-6 ? text : canonical(text, field, kind)
  }
  if (typeof value === 'string') return readText(value.trim(), field, kind)
  return typeof value === 'number' ? canonical(String(value), field, kind) : refuseNumber(value, field, kind)
}

function readText(text: string, field: string, kind: NumberKind): string | undefined | Refusal {
  if (text === '') return undefined
  if (isPlain(text)) return text
  const placeholder = findPlaceholder(text)
  return placeholder === null ? canonical(text, field, kind) : refusePlaceholder(placeholder, field)
}

/** Whether the text is canonical already, as most are: `150`, `150.25`. */
function isPlain(text: string): boolean {
  let point = -1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 46 && point === -1) point = i
    else if (code < 48 || code > 57) return false
  }
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(text.length - 1)
  const isWhole = point === -1 && first !== 48
  const isFraction = point > 0 && last !== 46 && last !== 48 && (first !== 48 || point === 1)
  return text.length < DIGITS_MAX && (isWhole || isFraction)
}

function canonical(text: string, field: string, kind: NumberKind): string | Refusal {
  const parts = DECIMAL.exec(text)
  const whole = parts?.[2]?.replaceAll(',', '') ?? ''
  const fraction = parts?.[3] ?? ''
  const digits = (whole + fraction).replace(/^0+/, '')
  if (whole + fraction === '') return refuseNumber(text, field, kind)
  if (digits === '') return '0'
  if (parts?.[1] === '-') {
    return refuse(kind.code, field, `"${field}" is ${show(text)}; it has to be greater than 0`)
  }
  const plain = placePoint(digits, Number(parts?.[4] ?? 0) - fraction.length)
  if (plain !== null) return plain
  return refuse(kind.code, field, `"${field}" has more than ${DIGITS_MAX} digits`)
}

/** `digits` times ten to the `power`, written out; null when that takes too many digits. */
function placePoint(digits: string, power: number): string | null {
  const trimmed = digits.replace(/0{1,4096}$/, '')
  const shift = power + digits.length - trimmed.length
  const whole = trimmed.length + shift
  if (Math.max(whole, 0) + Math.max(-shift, 0) > DIGITS_MAX) return null
  if (shift >= 0) return trimmed + '0'.repeat(shift)
  return whole > 0
    ? `${trimmed.slice(0, whole)}.${trimmed.slice(whole)}`
    : `0.${'0'.repeat(-whole)}${trimmed}`
}

function refuseNumber(value: unknown, field: string, kind: NumberKind): Refusal {
  const message = `"${field}" is ${show(value)}; write a decimal number, such as ${kind.example}`
  return refuse(kind.code, field, message)
}
