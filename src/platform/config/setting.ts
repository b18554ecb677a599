/** What a setting is: a kind of value, a default and one line of documentation. */
import type { Kind } from './kind.ts'

export interface Setting<T> {
  readonly kind: Kind<NonNullable<T>>
  readonly default: T
  /** What the documentation says of the default, where that is not the default itself. */
  readonly defaultShown: string
  /** One line, for the operator. */
  readonly doc: string
  /** Other names it is known by, from the older programs. */
  readonly aliases: readonly string[]
}

interface Facts {
  doc: string
  aliases?: readonly string[]
  defaultShown?: string
}

/** A setting that always has a value. */
export function given<T>(kind: Kind<T & {}>, fallback: NoInfer<T & {}>, facts: Facts): Setting<T & {}> {
  return {
    kind: kind as Kind<NonNullable<T & {}>>,
    default: fallback,
    defaultShown: facts.defaultShown ?? kind.show(fallback),
    doc: facts.doc,
    aliases: facts.aliases ?? [],
  }
}

/** A setting that may be absent. */
export function optional<T>(kind: Kind<T & {}>, facts: Facts): Setting<(T & {}) | undefined> {
  return {
    kind: kind as Kind<NonNullable<(T & {}) | undefined>>,
    default: undefined,
    defaultShown: facts.defaultShown ?? 'none',
    doc: facts.doc,
    aliases: facts.aliases ?? [],
  }
}

type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Rest>>}`
  : Lowercase<Name>

/** Names whose unit is unsaid, and the key that says it. */
const SAID_UNITS = { DEST_WEBHOOK_TIMEOUT: 'destWebhookTimeoutSec' } as const

/** The key of a setting in the config: `TOP_N` is `topN`. */
export type KeyOf<Name extends string> = Name extends keyof typeof SAID_UNITS
  ? (typeof SAID_UNITS)[Name]
  : Camel<Name>

export function keyOf(name: string): string {
  const said = Object.entries(SAID_UNITS).find(([known]) => known === name)?.[1]
  return said ?? name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
