/** SQL of deciding again: the old decision is kept beside, the new one and its deliveries are written in one statement. */
import type { Database } from '../../platform/db/index.ts'
import { uuidv7Floor } from '../../platform/runtime/index.ts'
import type { DeliveryDraft } from '../journal/store.ts'
import { numbered, QUEUE_BOUND } from '../outbox/enqueue.ts'
import type { Decision, Signal } from '../signal.ts'

export interface Undecided {
  signal: Signal
  decision: 'held' | 'rejected'
}

/** A round takes at most this many; the next takes the rest. */
const ROUND_MAX = 500
/** Nothing is held for longer than a partition is looked back at. */
const LOOK_BACK_MS = 7 * 86_400_000

/** Held signals, and those refused for their rank since `refusedSinceMs` (null: none), oldest first. */
export async function findUndecided(
  db: Database,
  { nowMs, refusedSinceMs }: { nowMs: number; refusedSinceMs: number | null },
): Promise<Undecided[]> {
  const rows = await db.query<NullableSignal & { was: 'held' | 'rejected' }>(
    `select id, source, key_id as "keyId", ticker, exchange, side, price, quantity, strategy,
       occurred_at as "occurredAtMs", received_at as "receivedAtMs", metadata, decision as was
     from signals
     where (id >= $1 and decision = 'held')
        or ($2::uuid is not null and id >= $2 and decision = 'rejected' and reason in ('not-in-ranking', 'no-ranking', 'ranking-stale'))
     order by id limit ${ROUND_MAX}`,
    [uuidv7Floor(nowMs - LOOK_BACK_MS), refusedSinceMs === null ? null : uuidv7Floor(refusedSinceMs)],
  )
  return rows.map(({ was, ...row }) => ({ decision: was, signal: signalFrom(row) }))
}

type NullableSignal = Record<string, unknown> & Omit<Signal, 'body'>

function signalFrom(row: Record<string, unknown>): Signal {
  const present = Object.entries(row).filter(([, value]) => value !== null)
  return { ...(Object.fromEntries(present) as unknown as Omit<Signal, 'body'>), body: '' }
}

export interface Redecision {
  signalId: string
  was: 'held' | 'rejected'
  decision: Decision
  deliveries: DeliveryDraft[]
}

/** Writes new decisions where the old one is still in force; gives how many were approved. Their age counts from now. */
export async function redecide(
  db: Database,
  node: string,
  redecisions: readonly Redecision[],
): Promise<number> {
  const rows = await db.write<{ decision: string }>(
    `with input as materialized (
       select * from json_to_recordset($1::json) as x(id uuid, was text, decision text, reason text, facts jsonb)
     ), old as materialized (
       select s.id, s.decided_at, s.decision, s.reason, s.facts from signals s
       join input i on i.id = s.id and i.was = s.decision for update of s
     ), kept as (
       insert into decisions (signal_id, decided_at, decision, reason, facts)
       select id, decided_at, decision, reason, facts from old
     ), decided as (
       update signals s set decision = i.decision, reason = i.reason, facts = i.facts, decided_at = now()
       from input i join old o on o.id = i.id where s.id = i.id
       returning s.id, s.ticker, s.side, s.decision
     ), changed as (
       insert into signal_search_stale (signal_id, changes) select id, 1 from decided
       on conflict (signal_id) do update set changes = signal_search_stale.changes + 1
     ), bound as materialized (
       select d.signal_id, d.destination_id, x.ticker, x.side, d.body, d.n, false as forced,
         now() + d.max_age_ms * interval '1 ms' as max_age_at
       from json_to_recordset($2::json) as d(signal_id uuid, destination_id uuid, body text, max_age_ms bigint, n int)
       join decided x on x.id = d.signal_id
     ), ${QUEUE_BOUND}, counted as (
       insert into counters (day, node, name, n)
       select current_date, $3, name, count(*) from (
         select 'redecided-' || d.decision as name from decided d
         union all select 'un' || o.decision from old o
       ) c group by name
       on conflict (day, node, name) do update set n = counters.n + excluded.n
     )
     select decision from decided`,
    [
      JSON.stringify(redecisions.map(inputRow)),
      JSON.stringify(numbered(redecisions.flatMap(deliveryRows))),
      node,
    ],
  )
  return rows.filter((row) => row.decision === 'approved').length
}

function inputRow({ signalId, was, decision }: Redecision) {
  return { id: signalId, was, decision: decision.kind, reason: decision.reason, facts: decision.facts }
}

function deliveryRows({ signalId, deliveries }: Redecision) {
  return deliveries.map((d) => ({
    signal_id: signalId,
    destination_id: d.destinationId,
    body: d.body,
    max_age_ms: d.maxAgeMs,
  }))
}
