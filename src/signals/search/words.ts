/** From a filter to the words a signal must have. Pure. */
import type { DeliveryState } from '../outbox/delivery.ts'
import type { DecisionKind, DecisionReason, Side } from '../signal.ts'

export interface WordFilter {
  ticker?: string | undefined
  side?: Side | undefined
  source?: string | undefined
  decision?: DecisionKind | undefined
  reason?: DecisionReason | undefined
  destination?: string | undefined
  /** Has a delivery in this state. */
  state?: DeliveryState | undefined
  /** Words of its text; each may be the beginning of one. */
  q?: string | undefined
}

const TAGS = ['ticker', 'side', 'source', 'decision', 'reason', 'destination', 'state'] as const

export interface WantedWords {
  /** A `tsquery` as it is: the tags. Empty: none. */
  tags: string
  /** For `to_tsquery('simple', ...)`: the words of the text. Empty: none. */
  text: string
}

/** Null when the filter names nothing. Source of the syntax: PostgreSQL, Text Search Types. */
export function wantedWords(filter: WordFilter): WantedWords | null {
  const tags = TAGS.flatMap((name) =>
    filter[name] === undefined ? [] : [quoted(`=${name}:${filter[name]}`)],
  )
  const text = (filter.q ?? '').split(/[\s'\\]+/).filter((word) => word !== '')
  if (tags.length + text.length === 0) return null
  return { tags: tags.join(' & '), text: text.map((word) => `${quoted(word)}:*`).join(' & ') }
}

const quoted = (lexeme: string) => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
