/** From a key's options to the fields of its form, and back. */
import type { KeyOptions, WebhookKey } from './use-keys.ts'

export const MAPPED = ['ticker', 'side', 'price', 'quantity', 'strategy', 'exchange', 'time', 'id'] as const
export type Mapped = (typeof MAPPED)[number]

export interface KeyValues {
  name: string
  networks: string
  defaultSide: string | null
  maxLagSec: number | string
  repeatWindowSec: number | string
  perMinute: number | string
  /** Where a field stands in the body. */
  paths: Record<Mapped, string>
  /** What it is where the body does not say. */
  constants: Record<Mapped, string>
  /** Lines such as `1 = buy`. */
  sides: string
  /** Translations of other fields, which the form does not show and keeps. */
  otherValues: Record<string, Record<string, string>>
}

const each = (textOf: (name: Mapped) => string | undefined) =>
  Object.fromEntries(MAPPED.map((name) => [name, textOf(name) ?? ''])) as Record<Mapped, string>

export function valuesOf({ name, options }: WebhookKey): KeyValues {
  const map = options.fieldMap
  const { side = {}, ...otherValues } = map?.values ?? {}
  return {
    name,
    networks: (options.networks ?? []).join('\n'),
    defaultSide: options.defaultSide ?? null,
    maxLagSec: options.maxLagSec ?? '',
    repeatWindowSec: options.repeatWindowSec ?? '',
    perMinute: options.perMinute ?? '',
    paths: each((field) => map?.[field]),
    constants: each((field) => map?.constants?.[field]),
    sides: Object.entries(side)
      .map((pair) => pair.join(' = '))
      .join('\n'),
    otherValues,
  }
}

/** Fields that are empty are left out: they mean "as usual". */
export function optionsFrom(values: KeyValues): KeyOptions {
  const networks = values.networks.split(/[\s,]+/).filter((one) => one !== '')
  const fieldMap = mapFrom(values)
  const number = (name: 'maxLagSec' | 'repeatWindowSec' | 'perMinute') =>
    values[name] === '' ? {} : { [name]: Number(values[name]) }
  return {
    ...(networks.length > 0 && { networks }),
    ...(values.defaultSide && { defaultSide: values.defaultSide as 'buy' | 'sell' }),
    ...number('maxLagSec'),
    ...number('repeatWindowSec'),
    ...number('perMinute'),
    ...(Object.keys(fieldMap).length > 0 && { fieldMap }),
  }
}

function mapFrom({ paths, constants, sides, otherValues }: KeyValues): NonNullable<KeyOptions['fieldMap']> {
  const given = (fields: Record<Mapped, string>) =>
    Object.fromEntries(Object.entries(fields).filter(([, text]) => text.trim() !== ''))
  const side = Object.fromEntries(
    sides.split('\n').flatMap((line) => {
      const [from, to] = line.split('=').map((part) => part.trim())
      return from && to ? [[from, to]] : []
    }),
  )
  const fixed = given(constants)
  const values = { ...otherValues, ...(Object.keys(side).length > 0 && { side }) }
  return {
    ...given(paths),
    ...(Object.keys(fixed).length > 0 && { constants: fixed }),
    ...(Object.keys(values).length > 0 && { values }),
  }
}
