/** The words of the heart: what a signal is, what the gate may say of it, and why. */

export type Side = 'buy' | 'sell'

/** What a source has read, before it has an id: somebody's intent. Prices and quantities are decimal text. */
export interface SignalDraft {
  ticker: string
  exchange?: string
  side: Side
  price?: string
  quantity?: string
  strategy?: string
  /** The sender's own time. */
  occurredAtMs?: number
  /** The sender's own id. */
  senderId?: string
  /** The sender's other fields, bounded. */
  metadata?: Record<string, unknown>
  /** The payload as received, without credentials. */
  body: string
}

export interface Signal extends SignalDraft {
  id: string
  source: SignalSource
  keyId?: string
  receivedAtMs: number
}

export type SignalSource = 'webhook' | 'manual'

export const DECISIONS = ['approved', 'rejected', 'held'] as const
export type DecisionKind = (typeof DECISIONS)[number]

/** The closed list of reasons: metric label, audit row, API and UI text at once. */
export const DECISION_REASONS = {
  'in-ranking': 'its ticker is in the Top-N',
  'position-open': 'it closes a position that is open here',
  'rank-gate-off': 'the rank gate is off (TOP_N=0)',
  manual: 'a person asked for it at the sell desk',
  'entered-later': 'its ticker entered the Top-N within the reprocessing window',
  'let-through-stale': 'the ranking is stale and the policy lets signals through',
  'not-in-ranking': 'its ticker is not in the Top-N, and no position is open',
  'ranking-stale': 'the ranking is too old to decide by',
  'no-ranking': 'there is no ranking yet to decide by',
  'held-stale': 'it waits for a fresh ranking',
  'hold-ran-out': 'no fresh ranking came in time',
  'too-old-on-arrival': 'it was older on arrival than its key allows',
} as const
export type DecisionReason = keyof typeof DECISION_REASONS

/** What the gate knew when it decided, kept so that any decision can be explained a month later. */
export interface DecisionFacts {
  rule: string
  ranking?: string
  rank?: number | null
  topN?: number
  snapshotId?: string
  takenAtMs?: number
  stale?: boolean
  positionOpen?: boolean
  lagMs?: number
  /** How many destinations took it. */
  destinations?: number
}

export interface Decision {
  kind: DecisionKind
  reason: DecisionReason
  facts: DecisionFacts
}
