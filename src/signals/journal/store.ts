/** SQL of the journal: one statement writes a whole group of signals, their decisions and their deliveries, or nothing. */
import type { Database, Queries } from '../../platform/db/index.ts'
import { numbered } from '../outbox/enqueue.ts'
import type { Decision, Signal } from '../signal.ts'

/** What makes a repeat a repeat. */
export interface RepeatKey {
  key: string
  bodyHash: string
  keepMs: number
  /** A sender's own id names one signal for good: the same id with another body is a conflict, not a repeat. */
  named: boolean
}

export interface DeliveryDraft {
  destinationId: string
  body: string
  maxAgeMs: number
}

export interface JournalEntry {
  signal: Signal
  decision: Decision
  deliveries: DeliveryDraft[]
  repeat?: RepeatKey
}

export interface FirstOfRepeat {
  key: string
  bodyHash: string
  signalId: string
  decision: Decision['kind']
  reason: Decision['reason']
  ticker: string
}

/** What a group became: the signals that are new, and the outbox rows made for them. */
export interface Written {
  fresh: Set<string>
  /** `puts`: how often something was put into the row's lane, this time included. */
  queued: { signalId: string; seq: number; destinationId: string; puts: number }[]
}

/** Writes a group; gives the ids that are new. The others are repeats: ask `findFirsts` for what they repeat. */
export async function writeGroup(
  db: Database,
  node: string,
  entries: readonly JournalEntry[],
  repeatsInGroup: number,
): Promise<Written> {
  const deliveries = entries.flatMap(({ signal, deliveries }) =>
    deliveries.map((d) => ({
      signal_id: signal.id,
      destination_id: d.destinationId,
      body: d.body,
      max_age_ms: d.maxAgeMs,
    })),
  )
  type WrittenRow = { id: string; seq: number | null; destination_id: string; puts: number }
  const rows = await db.write<WrittenRow>(
    'select * from accept_signals($1, $2, $3, $4)',
    [JSON.stringify(entries.map(signalRow)), JSON.stringify(numbered(deliveries)), node, repeatsInGroup],
    { name: 'accept' },
  )
  const queued = rows.filter((row) => row.seq !== null)
  return {
    fresh: new Set(rows.map((row) => row.id)),
    queued: queued.map(({ id, seq, destination_id, puts }) => ({
      signalId: id,
      seq: seq!,
      destinationId: destination_id,
      puts,
    })),
  }
}

function signalRow({ signal, decision, repeat }: JournalEntry) {
  return {
    id: signal.id,
    source: signal.source,
    key_id: signal.keyId,
    sender_id: signal.senderId,
    ticker: signal.ticker,
    exchange: signal.exchange,
    side: signal.side,
    price: signal.price,
    quantity: signal.quantity,
    strategy: signal.strategy,
    occurred_ms: signal.occurredAtMs,
    received_ms: signal.receivedAtMs,
    body: signal.body,
    metadata: signal.metadata,
    decision: decision.kind,
    reason: decision.reason,
    facts: decision.facts,
    repeat_key: repeat?.key,
    body_hash: repeat?.bodyHash,
    keep_ms: repeat?.keepMs,
  }
}

/** The first signal under each of these keys. */
export async function findFirsts(db: Queries, keys: readonly string[]): Promise<Map<string, FirstOfRepeat>> {
  const rows = await db.query<FirstOfRepeat & Record<string, unknown>>(
    `select k.key, k.body_hash as "bodyHash", k.signal_id as "signalId", s.decision, s.reason, s.ticker
     from signal_keys k join signals s on s.id = k.signal_id where k.key = any($1::text[])`,
    [keys],
  )
  return new Map(rows.map((row) => [row.key, row]))
}

/**
 * Which of these tickers are open: bought and confirmed anywhere, or bought and still on the way (a sell then queues behind
 * its buy). Limited to one destination when given.
 */
export async function openTickers(db: Queries, tickers: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ ticker: string }>(
    `select ticker from positions where ticker = any($1::text[])
     union select ticker from outbox where ticker = any($1::text[]) and side = 'buy'`,
    [tickers],
  )
  return new Set(rows.map((row) => row.ticker))
}

/** Forgets keys whose time is over, a bounded number a call; gives how many went. */
export async function dropExpiredKeys(db: Database): Promise<number> {
  const rows = await db.query(
    `delete from signal_keys where key in (select key from signal_keys where expires_at < now() - interval '1 minute' limit 5000) returning 1`,
  )
  return rows.length
}
