/** Decides the side of a body from all the fields that speak of it. Pure. */
import type { Side } from '../../../signals/index.ts'
import { keep, type Field, type Fields } from './fields.ts'
import { placeholderIn } from './placeholder.ts'
import { refuse, show, type Refusal } from './refusal.ts'
import { decideSide, isUnsupported, readSideWord, type SideWord } from './side.ts'

const RIGHT = 'write buy or sell (long, enter, short, exit, close and the like are understood)'

/** A refusal names the field at fault; `path` stands before the name of a missing one. */
export function decideFieldsSide(fields: Fields, fallback: Side | undefined, path: string): Side | Refusal {
  const { side, maybeSide, position, positionBefore } = fields
  if (side.length === 1 && maybeSide.length === 0 && position === undefined && positionBefore === undefined) {
    const word = wordOf(side[0]!)
    if (word?.trade !== undefined) return word.trade
  }
  const stated = [...side, ...maybeSide]
  const other = stated.find((field) => typeof field.value === 'string' && isUnsupported(field.value))
  if (other !== undefined) return refuseAction(other)
  const words: SideWord[] = []
  for (const field of stated) {
    const word = wordOf(field)
    if (word !== undefined) words.push(word)
  }
  const decided = decideSide(words, { after: wordOf(position), before: wordOf(positionBefore) })
  if (decided === 'conflict') return refuseConflict(stated)
  const unknown = side.filter((field) => field.value !== undefined && wordOf(field) === undefined)
  if (unknown.length > 0 && words.length === 0) return refuseUnknown(unknown)
  if (decided === undefined && fallback === undefined) return missingSide(side[0] ?? position, path)
  for (const field of [...maybeSide, ...unknown]) {
    if (wordOf(field) === undefined && field.value !== undefined) keep(fields, field.path, field.value)
  }
  return decided ?? fallback!
}

const wordOf = (field: Field | undefined): SideWord | undefined =>
  typeof field?.value === 'string' ? readSideWord(field.value) : undefined

function refuseAction({ path, value }: Field): Refusal {
  return refuse(
    'unsupported-action',
    path,
    `"${path}" is ${show(value)}, which is neither a buy nor a sell; only these are taken`,
  )
}

function refuseUnknown(fields: readonly Field[]): Refusal {
  const field = fields.reduce((best, one) => (one.rank < best.rank ? one : best))
  const { value, path } = field
  return (
    placeholderIn(value, path) ??
    refuse('unknown-side', path, `"${path}" is ${show(value)}, which is no side; ${RIGHT}`)
  )
}

function refuseConflict(fields: readonly Field[]): Refusal {
  const said = fields.filter((field) => wordOf(field) !== undefined)
  const list = said.map(({ path, value }) => `"${path}" says ${show(value)}`).join(', ')
  const fault = `${list}: these do not agree; say one side`
  return refuse('conflicting-side', said[0]?.path ?? null, fault)
}

function missingSide(field: Field | undefined, path: string): Refusal {
  const name = field?.path ?? `${path}side`
  const placeholder = placeholderIn(field?.value, name)
  if (placeholder !== null) return placeholder
  return refuse('missing-side', name, `there is no "${name}"; ${RIGHT}, or set a default side on the key`)
}
