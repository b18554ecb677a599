/** SQL of the journal: one statement writes a whole group of signals, their decisions and their deliveries, or nothing. */
import type { Database, Queries } from '../../platform/db/index.ts'
import { numbered, QUEUE_BOUND } from '../outbox/enqueue.ts'
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

const ACCEPT = `
with input as materialized (
  select * from json_to_recordset($1::json) as x(
    id uuid, source text, key_id uuid, sender_id text, ticker text, exchange text, side text, price numeric,
    quantity numeric, strategy text, occurred_ms bigint, received_ms bigint, body text, metadata jsonb,
    decision text, reason text, facts jsonb, repeat_key text, body_hash text, keep_ms bigint)
), keyed as (
  insert into signal_keys (key, signal_id, body_hash, expires_at)
  select repeat_key, id, body_hash, now() + keep_ms * interval '1 ms' from input
  where repeat_key is not null order by repeat_key
  on conflict (key) do update
    set signal_id = excluded.signal_id, body_hash = excluded.body_hash, expires_at = excluded.expires_at
    where signal_keys.expires_at <= now()
  returning signal_id
), fresh as materialized (
  select * from input where repeat_key is null or id in (select signal_id from keyed)
), journaled as (
  insert into signals (id, source, key_id, sender_id, ticker, exchange, side, price, quantity, strategy, occurred_at,
    received_at, body, metadata, decision, reason, facts, decided_at)
  select id, source, key_id, sender_id, ticker, exchange, side, price, quantity, strategy,
    to_timestamp(occurred_ms / 1000.0), to_timestamp(received_ms / 1000.0), body, metadata, decision, reason, facts, now()
  from fresh
), bound as materialized (
  select d.signal_id, d.destination_id, f.ticker, f.side, d.body, d.n, false as forced,
    to_timestamp((f.received_ms + d.max_age_ms) / 1000.0) as max_age_at
  from json_to_recordset($2::json) as d(signal_id uuid, destination_id uuid, body text, max_age_ms bigint, n int)
  join fresh f on f.id = d.signal_id
), ${QUEUE_BOUND}, counted as (
  insert into counters (day, node, name, n)
  select current_date, $3, name, n from (
    select 'received' as name, count(*) as n from fresh
    union all select decision, count(*) from fresh group by decision
    union all select 'duplicate', (select count(*) from input) - (select count(*) from fresh) + $4::int
  ) c where n > 0
  on conflict (day, node, name) do update set n = counters.n + excluded.n
)
select id from fresh`

/** Writes a group; gives the ids that are new. The others are repeats: ask `findFirsts` for what they repeat. */
export async function writeGroup(
  db: Database,
  node: string,
  entries: readonly JournalEntry[],
  repeatsInGroup: number,
): Promise<Set<string>> {
  const deliveries = entries.flatMap(({ signal, deliveries }) =>
    deliveries.map((d) => ({
      signal_id: signal.id,
      destination_id: d.destinationId,
      body: d.body,
      max_age_ms: d.maxAgeMs,
    })),
  )
  const rows = await db.write<{ id: string }>(
    ACCEPT,
    [JSON.stringify(entries.map(signalRow)), JSON.stringify(numbered(deliveries)), node, repeatsInGroup],
    { name: 'accept' },
  )
  return new Set(rows.map((row) => row.id))
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
