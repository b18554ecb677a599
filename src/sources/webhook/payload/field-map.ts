/** A key's own way of reading bodies: which path holds what. Pure. */

/** What a field map can name. */
export const MAPPED_FIELDS = [
  'ticker',
  'side',
  'price',
  'quantity',
  'strategy',
  'exchange',
  'time',
  'id',
] as const
export type MappedField = (typeof MAPPED_FIELDS)[number]

/**
 * Paths are dotted, with indexes of arrays: `alerts[0].labels.symbol` or `alerts.0.labels.symbol`; a name
 * with a dot in it is found too. A field that has neither path nor constant is read as usual.
 */
export interface FieldMap extends Partial<Record<MappedField, string>> {
  /** What holds where the body does not say it. */
  constants?: Partial<Record<MappedField, string>>
  /** Translations of what stands in the body: `{ side: { '1': 'buy', '-1': 'sell' } }`. */
  values?: Partial<Record<MappedField, Record<string, string>>>
}

const STEPS_MAX = 32

/** What stands at a path; undefined where nothing does. Only own fields count. */
export function valueAt(value: unknown, path: string): unknown {
  if (isObject(value) && Object.hasOwn(value, path)) return value[path]
  const steps = path.replaceAll(/\[(\d{1,6})\]/g, '.$1').split('.')
  if (steps.length > STEPS_MAX) return undefined
  let at: unknown = value
  for (const step of steps) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return undefined
    at = at[step]
  }
  return at
}

/**
 * A mapped field's value after translation, or its constant; undefined when the body and the map have none.
 */
export function mappedValue(map: FieldMap, field: MappedField, body: unknown): unknown {
  const path = map[field]
  const found = path === undefined ? undefined : valueAt(body, path)
  if (found === undefined || found === null || found === '') return map.constants?.[field]
  return translated(map, field, found)
}

/** A value as the map's table has it; as it is where the table says nothing of it. */
export function translated(map: FieldMap, field: MappedField, value: unknown): unknown {
  const table = map.values?.[field]
  const isWord = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  if (table === undefined || !isWord) return value
  const word = String(value)
  return Object.hasOwn(table, word) ? table[word] : value
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
