/** Collects what a body's fields say, whatever their names and wherever they stand. Pure. */
import { MAPPED_FIELDS, mappedValue, translated, type FieldMap, type MappedField } from './field-map.ts'
import { groupPrefix, meaningOf, type Meaning } from './names.ts'
import { readSideWord } from './side.ts'

export interface Field {
  value: unknown
  /** The path as the sender wrote it. */
  path: string
  rank: number
}

type Single = Exclude<MappedField, 'side'> | 'trigger' | 'text'

export interface Fields extends Record<Single, Field | undefined> {
  side: Field[]
  maybeSide: Field[]
  position: Field | undefined
  positionBefore: Field | undefined
  /** The top-level fields that say nothing of the above: metadata. */
  rest: Record<string, unknown> | undefined
}

/** Fields of a group count after those at the top. */
const GROUP_RANK = 20

export const noFields = (): Fields => ({
  ticker: undefined,
  exchange: undefined,
  side: [],
  maybeSide: [],
  position: undefined,
  positionBefore: undefined,
  price: undefined,
  trigger: undefined,
  quantity: undefined,
  time: undefined,
  id: undefined,
  strategy: undefined,
  text: undefined,
  rest: undefined,
})

/** Adds the fields of an object. `path` stands before their names (`data.`); empty values count as absent. */
export function collect(
  fields: Fields,
  object: Readonly<Record<string, unknown>>,
  path = '',
  prefix = '',
  rank = 0,
): void {
  const isTop = prefix === ''
  for (const key in object) {
    const value = object[key]
    if (value === null || value === '') continue
    if (typeof value === 'object') {
      const inner = rank < 2 * GROUP_RANK && !Array.isArray(value) ? groupPrefix(key) : undefined
      if (inner !== undefined) {
        collect(fields, value as Record<string, unknown>, `${path}${key}.`, prefix + inner, rank + GROUP_RANK)
      }
      if (isTop && inner !== '') keep(fields, key, value)
      continue
    }
    const meaning = meaningOf(key, prefix)
    // A flag such as `close: true` is no price; only under a field's first name is it that field, and wrong.
    const isFlag = typeof value === 'boolean' && meaning !== undefined && meaning.rank > 0
    if (meaning !== undefined && !isFlag)
      note(fields, meaning, key, { value, path: path + key, rank: rank + meaning.rank })
    else if (isTop) keep(fields, key, value)
  }
}

function note(fields: Fields, { role }: Meaning, key: string, field: Field): void {
  if (role === 'side') fields.side.push(field)
  else if (role === 'maybe-side') fields.maybeSide.push(field)
  else if (role === 'position' || role === 'position-before') {
    const slot = role === 'position' ? 'position' : 'positionBefore'
    if (isBetter(field, fields[slot])) fields[slot] = field
    if (field.rank < GROUP_RANK) keep(fields, key, field.value)
  } else {
    const held = fields[role]
    if (isBetter(field, held)) fields[role] = field
    const loser = isBetter(field, held) ? held : field
    if (loser !== undefined && loser.rank < GROUP_RANK) keep(fields, loser.path, loser.value)
  }
}

const isBetter = (field: Field, held: Field | undefined): boolean =>
  held === undefined || field.rank < held.rank

/** Adds a field to what will be metadata. */
export function keep(fields: Fields, key: string, value: unknown): void {
  fields.rest ??= {}
  fields.rest[key] = value
}

/** Puts what a field map says in place of what was found. */
export function applyFieldMap(fields: Fields, map: FieldMap, body: Readonly<Record<string, unknown>>): void {
  for (const name of MAPPED_FIELDS) {
    const path = map[name]
    if (path === undefined) {
      translateFound(fields, map, name)
      if (map.constants?.[name] === undefined || isStated(fields, name)) continue
    }
    const field = { value: mappedValue(map, name, body), path: path ?? name, rank: 0 }
    if (name === 'side') {
      fields.side = [field]
      fields.maybeSide = []
      fields.position = undefined
    } else fields[name] = field
    if (path !== undefined && fields.rest !== undefined) delete fields.rest[path]
  }
}

const isStated = (fields: Fields, name: MappedField): boolean =>
  name === 'side' ? statesSide(fields) : fields[name] !== undefined

/** Whether some field speaks of a side, understood or not. */
export function statesSide({ side, position, maybeSide }: Fields): boolean {
  if (side.length > 0 || position !== undefined) return true
  return maybeSide.some(({ value }) => typeof value === 'string' && readSideWord(value) !== undefined)
}

function translateFound(fields: Fields, map: FieldMap, name: MappedField): void {
  if (map.values?.[name] === undefined) return
  const found = name === 'side' ? [...fields.side, ...fields.maybeSide] : [fields[name]]
  for (const field of found) {
    if (field !== undefined) field.value = translated(map, name, field.value)
  }
}
