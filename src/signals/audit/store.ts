/** SQL that reads the audit trail: signals, their decisions, deliveries and attempts. */
import type { Queries } from '../../platform/db/index.ts'
import { uuidv7Floor } from '../../platform/runtime/index.ts'
import type { DeliveryState } from '../outbox/delivery.ts'
import { findByWords, type IdRange } from '../search/store.ts'
import { wantedWords, type WordFilter } from '../search/words.ts'
import type { DecisionFacts, DecisionKind, DecisionReason, Side } from '../signal.ts'

export interface SignalFilter extends WordFilter {
  /** Received at this time or later, epoch milliseconds. */
  sinceMs?: number | undefined
  /** Received before this time. */
  untilMs?: number | undefined
  /** Ids below this one (older); exclusive. */
  beforeId?: string | undefined
}

export interface SignalRow {
  id: string
  source: string
  keyId: string | null
  senderId: string | null
  ticker: string
  exchange: string | null
  side: Side
  price: string | null
  quantity: string | null
  strategy: string | null
  occurredAtMs: number | null
  receivedAtMs: number
  decision: DecisionKind
  reason: DecisionReason
  facts: DecisionFacts
  decidedAtMs: number
  /** The worst-off of its deliveries, null without any. */
  delivery: DeliveryState | null
}

const SIGNAL_COLUMNS = `s.id, s.source, s.key_id as "keyId", s.sender_id as "senderId", s.ticker, s.exchange, s.side, s.price,
  s.quantity, s.strategy, s.occurred_at as "occurredAtMs", s.received_at as "receivedAtMs", s.decision, s.reason, s.facts,
  s.decided_at as "decidedAtMs"`

const DELIVERY_STATE = `case when s.decision <> 'approved' then null
  when exists (select 1 from outbox o where o.signal_id = s.id) then 'pending'
  else (select d.state from deliveries d where d.signal_id = s.id and d.replayed_at is null
    order by case d.state when 'dead' then 0 when 'expired' then 1 else 2 end limit 1) end as delivery`

/** Newest first; `skip` as many before the first (only where nothing but time is asked for). */
export async function listSignals(
  db: Queries,
  filter: SignalFilter,
  limit: number,
  skip = 0,
): Promise<SignalRow[]> {
  const range = idRange(filter)
  const words = wantedWords(filter)
  const ids = words === null ? pageOf(range, skip) : `select unnest($1::uuid[]) as id`
  const params =
    words === null
      ? [range.sinceId ?? null, range.beforeId ?? null, limit]
      : [await findByWords(db, words, range, limit)]
  return db.query<SignalRow & Record<string, unknown>>(
    `with page as materialized (${ids})
     select ${SIGNAL_COLUMNS}, ${DELIVERY_STATE} from signals s where s.id in (select id from page) order by s.id desc`,
    params,
  )
}

/** The places of a page by the primary key alone, so that a million can be skipped. */
const pageOf = (range: IdRange, skip: number) =>
  `select id from signals where ${range.sinceId === undefined ? '$1::uuid is null' : 'id >= $1'}
   and ${range.beforeId === undefined ? '$2::uuid is null' : 'id < $2'} order by id desc offset ${skip} limit $3`

function idRange({ sinceMs, untilMs, beforeId }: SignalFilter): IdRange {
  const bounds = [beforeId, untilMs === undefined ? undefined : uuidv7Floor(untilMs)]
  return {
    sinceId: sinceMs === undefined ? undefined : uuidv7Floor(sinceMs),
    beforeId: bounds.filter((one) => one !== undefined).toSorted()[0],
  }
}

export interface DeliveryRow {
  seq: number
  signalId: string
  destinationId: string
  ticker: string
  side: Side
  state: DeliveryState
  reason: string | null
  attempts: number
  createdAtMs: number
  /** Pending: when it is due. Ended: when it ended. */
  atMs: number
  status: number | null
  latencyMs: number | null
  excerpt: string | null
  body: string
  replayedAtMs: number | null
}

const PENDING = `select seq, signal_id as "signalId", destination_id as "destinationId", ticker, side, 'pending' as state,
  null as reason, attempts, created_at as "createdAtMs", due_at as "atMs", null::int as status, null::real as "latencyMs",
  null as excerpt, body, null::timestamptz as "replayedAtMs" from outbox`
const ENDED = `select seq, signal_id as "signalId", destination_id as "destinationId", ticker, side, state, reason, attempts,
  created_at as "createdAtMs", ended_at as "atMs", status, latency_ms as "latencyMs", excerpt, body,
  replayed_at as "replayedAtMs" from deliveries`

export interface SignalTrail {
  signal: SignalRow & { body: string; metadata: Record<string, unknown> | null }
  decisions: { decidedAtMs: number; decision: DecisionKind; reason: DecisionReason; facts: DecisionFacts }[]
  deliveries: DeliveryRow[]
  attempts: {
    seq: number
    destinationId: string
    attempt: number
    startedAtMs: number
    latencyMs: number
    outcome: string
    status: number | null
    excerpt: string | null
    retryAtMs: number
  }[]
}

/** All that is known of one signal, or null. */
export async function readTrail(db: Queries, id: string): Promise<SignalTrail | null> {
  const [signal] = await db.query<SignalTrail['signal'] & Record<string, unknown>>(
    `select ${SIGNAL_COLUMNS}, s.body, s.metadata, ${DELIVERY_STATE} from signals s where s.id = $1`,
    [id],
  )
  if (signal === undefined) return null
  const decisions = await db.query<SignalTrail['decisions'][number] & Record<string, unknown>>(
    `select decided_at as "decidedAtMs", decision, reason, facts from decisions where signal_id = $1 order by decided_at`,
    [id],
  )
  const deliveries = await db.query<DeliveryRow & Record<string, unknown>>(
    `${PENDING} where signal_id = $1 union all ${ENDED} where signal_id = $1 order by seq`,
    [id],
  )
  const attempts = await db.query<SignalTrail['attempts'][number] & Record<string, unknown>>(
    `select seq, destination_id as "destinationId", attempt, started_at as "startedAtMs", latency_ms as "latencyMs",
       outcome, status, excerpt, retry_at as "retryAtMs" from attempts where signal_id = $1 order by seq, attempt`,
    [id],
  )
  return { signal, decisions, deliveries, attempts }
}

export interface DeliveryFilter {
  state: DeliveryRow['state']
  destinationId?: string | undefined
  sinceMs?: number | undefined
  /** Continue below this seq. */
  beforeSeq?: number | undefined
}

/** Deliveries of one state, newest first. */
export async function listDeliveries(
  db: Queries,
  filter: DeliveryFilter,
  limit: number,
): Promise<DeliveryRow[]> {
  const { state, destinationId, sinceMs, beforeSeq } = filter
  const pending = state === 'pending'
  return db.query<DeliveryRow & Record<string, unknown>>(
    `${pending ? PENDING : ENDED} where ($2::uuid is null or destination_id = $2) and ($3::bigint is null or seq < $3)
     and ($4::double precision is null or created_at >= to_timestamp($4 / 1000.0))
     ${pending ? 'and $5::text is not null' : 'and state = $5 and replayed_at is null'} order by seq desc limit $1`,
    [limit, destinationId ?? null, beforeSeq ?? null, sinceMs ?? null, state],
  )
}

/** The exact counts since the retention window began. */
export async function readCounters(db: Queries): Promise<Map<string, number>> {
  const rows = await db.query<{ name: string; n: number }>(
    `select name, sum(n)::bigint as n from counters group by name`,
  )
  return new Map(rows.map((row) => [row.name, row.n]))
}

export async function dropOldCounters(db: Queries, days: number): Promise<void> {
  await db.query(`delete from counters where day < current_date - $1::int`, [days])
}
