/** Keeps a body's other fields beside the signal, bounded. Pure. */
import { findPlaceholder, refusePlaceholder } from './placeholder.ts'
import type { Refusal } from './refusal.ts'

const FIELDS_MAX = 32
const NAME_MAX = 100
const LENGTH_MAX = 4_096
/** Fields that an order is made of: NaN there is no remark. */
const ORDER_FIELD =
  /^(?:take_?profit|stop_?loss|tp|sl|(?:limit|stop|trail|trigger)_?(?:price|amount|percent))$/i

/**
 * The first 32 fields within 4,096 characters of JSON; what does not fit is left out (the stored body has
 * it). Undefined when there are none; a refusal when one holds a placeholder.
 */
export function readMetadata(
  rest: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, unknown> | undefined | Refusal {
  const metadata: Record<string, unknown> = {}
  let count = 0
  let length = 2
  for (const key of Object.keys(rest)) {
    const value = rest[key]
    const json = JSON.stringify(value)
    const placeholder = wordIn(key, value, json)
    if (placeholder !== null) return refusePlaceholder(placeholder, path + key)
    const added = key.length + json.length + 4
    if (count === FIELDS_MAX || key.length > NAME_MAX || length + added > LENGTH_MAX) continue
    metadata[key] = value
    count++
    length += added
  }
  return count === 0 ? undefined : metadata
}

function wordIn(key: string, value: unknown, json: string): string | null {
  if (value === 'NaN') return ORDER_FIELD.test(key) ? value : null
  if (typeof value === 'string') return findPlaceholder(value)
  if (typeof value !== 'object') return null
  // Inside objects the text of JSON is searched: its own braces never stand `{{`.
  return findPlaceholder(json)
}
