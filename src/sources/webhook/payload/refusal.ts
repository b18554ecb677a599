/** The closed list of what can be wrong with a payload, and the words it is told in. */
import { maskText } from '../../../platform/runtime/index.ts'
import type { SignalDraft } from '../../../signals/index.ts'

export const REFUSAL_CODES = [
  'empty-body',
  'unreadable-text',
  'invalid-json',
  'too-deep',
  'too-many-keys',
  'string-too-long',
  'duplicate-key',
  'forbidden-key',
  'number-too-large',
  'too-many-items',
  'not-a-signal',
  'missing-ticker',
  'invalid-ticker',
  'ambiguous-ticker',
  'invalid-exchange',
  'missing-side',
  'unknown-side',
  'conflicting-side',
  'unsupported-action',
  'invalid-price',
  'invalid-quantity',
  'invalid-time',
  'invalid-id',
  'invalid-strategy',
  'list-mismatch',
  'unresolved-placeholder',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

export interface Refusal {
  code: RefusalCode
  /** Path of the field as the sender wrote it, `strategy.order_price`; null for the body as a whole. */
  field: string | null
  /** What is wrong, where, and what would be right. Holds no credential. */
  message: string
}

/** One thing a payload asks for: a signal, or why it is none. */
export type PayloadItem =
  | {
      ok: true
      draft: SignalDraft
      /** Whether the sender stated a time: then an equal payload is surely the same one. */
      carriesTime: boolean
    }
  | ({
      ok: false
      /** What to keep for the log of refusals, credentials removed. */
      body: string
    } & Refusal)

export const refuse = (code: RefusalCode, field: string | null, message: string): Refusal => ({
  code,
  field,
  message,
})

/** Readers answer with text, numbers, nothing, or a refusal, which is the only one of them with a code. */
export const isRefusal = (reading: unknown): reading is Refusal =>
  typeof reading === 'object' && reading !== null && 'code' in reading

const SHOWN_MAX = 60

/** A sender's value in quotes, short enough for a message and without control characters. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const short = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  return JSON.stringify(maskText(short.toWellFormed()))
}
