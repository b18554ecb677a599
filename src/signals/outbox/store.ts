/** SQL of the outbox: lease lanes, fetch their rows, finish a group of results, let lanes go. */
import type { Database } from '../../platform/db/index.ts'
import type { LimitState } from '../../platform/runtime/index.ts'
import type { CircuitState } from './circuit.ts'
import type { Delivery, DeliveryResult, LaneHold } from './delivery.ts'
import { numbered, QUEUE_BOUND } from './enqueue.ts'

/** Rows of a lane that are looked at at a time. */
export const FETCH_ROWS_MAX = 32

/** A lane is taken over at most this long after its holder died (reliability.md, F27). */
export const LEASE_MS = 8_000

const CLAIM = `
with due as materialized (
  select l.destination_id, l.ticker
  from unnest($1::uuid[], $2::int[]) as d(id, room)
  cross join lateral (
    select destination_id, ticker from lanes
    where destination_id = d.id and due_at <= now() and (lease_until is null or lease_until < now())
    order by due_at limit d.room for update skip locked
  ) l
)
update lanes l set lease_until = now() + $3 * interval '1 ms', holder = $4, fence = nextval('fences')
from due where l.destination_id = due.destination_id and l.ticker = due.ticker
returning l.destination_id as "destinationId", l.ticker, l.fence`

/** Leases up to `room` due lanes for each destination. */
export async function claimLanes(
  db: Database,
  holder: string,
  rooms: readonly { destinationId: string; room: number }[],
): Promise<LaneHold[]> {
  const ids = rooms.map((r) => r.destinationId)
  return db.query<LaneHold & Record<string, unknown>>(
    CLAIM,
    [ids, rooms.map((r) => r.room), LEASE_MS, holder],
    {
      name: 'claim-lanes',
    },
  )
}

const FETCH = `
select l.d as "destinationId", l.t as ticker, lanes.puts, o.seq, o.signal_id as "signalId", o.side, o.body, o.attempts,
  o.due_at as "dueAtMs", o.max_age_at as "maxAgeAtMs", o.forced
from unnest($1::uuid[], $2::text[]) as l(d, t)
join lanes on lanes.destination_id = l.d and lanes.ticker = l.t
left join lateral (
  select * from outbox where destination_id = l.d and ticker = l.t order by seq limit $3
) o on true`

export interface FetchedLane {
  destinationId: string
  ticker: string
  /** How often something was put into the lane, as of this look. */
  puts: number
  deliveries: Delivery[]
}

/** The first rows of each lane, in order; a lane without rows comes with an empty list. */
export async function fetchLanes(
  db: Database,
  lanes: readonly { destinationId: string; ticker: string }[],
  perLane: number,
): Promise<FetchedLane[]> {
  type FetchedRow = Omit<Delivery, 'seq'> & { seq: number | null; puts: number } & Record<string, unknown>
  const rows = await db.query<FetchedRow>(
    FETCH,
    [lanes.map((l) => l.destinationId), lanes.map((l) => l.ticker), perLane],
    { name: 'fetch-lanes' },
  )
  const byLane = new Map<string, FetchedLane>()
  for (const { puts, ...row } of rows) {
    const key = `${row.destinationId} ${row.ticker}`
    const lane = byLane.get(key) ?? {
      destinationId: row.destinationId,
      ticker: row.ticker,
      puts,
      deliveries: [],
    }
    byLane.set(key, lane)
    if (row.seq !== null) lane.deliveries.push({ ...row, seq: row.seq })
  }
  return [...byLane.values()]
}

/** Writes a group of results; gives the seqs that counted. The others were finished by somebody else, or the hold was lost. */
export async function finishDeliveries(
  db: Database,
  node: string,
  results: readonly DeliveryResult[],
): Promise<Set<number>> {
  const rows = await db.write<{ seq: number }>(
    'select * from finish_deliveries($1, $2)',
    [JSON.stringify(results.map(resultRow)), node],
    {
      name: 'finish',
    },
  )
  return new Set(rows.map((row) => row.seq))
}

function resultRow(r: DeliveryResult) {
  return {
    seq: r.delivery.seq,
    signal_id: r.delivery.signalId,
    destination_id: r.delivery.destinationId,
    ticker: r.delivery.ticker,
    side: r.delivery.side,
    fence: r.fence,
    state: r.state,
    outcome: r.outcome,
    attempts: r.attempts,
    started_ms: r.startedAtMs,
    latency_ms: r.latencyMs ?? 0,
    status: r.status,
    excerpt: r.excerpt,
    retry_ms: r.retryAtMs,
  }
}

/** Keeps lanes for another lease; gives the fences that still hold. */
export async function renewLanes(db: Database, fences: readonly number[]): Promise<Set<number>> {
  const rows = await db.query<{ fence: number }>(
    `update lanes set lease_until = now() + $2 * interval '1 ms'
     where fence = any($1::bigint[]) and lease_until > now() returning fence`,
    [fences, LEASE_MS],
  )
  return new Set(rows.map((row) => row.fence))
}

export interface LaneRelease extends LaneHold {
  /** When its head wants sending; null: it was empty. Going idle counts only if nothing was put in since `puts`. */
  dueAtMs: number | null
  puts: number
}

const RELEASE = `
update lanes l set lease_until = null, holder = null,
  due_at = case when x.due_ms is not null then to_timestamp(x.due_ms / 1000.0) when l.puts = x.puts then null else now() end
from json_to_recordset($1::json) as x(destination_id uuid, ticker text, fence bigint, due_ms double precision, puts bigint)
where l.destination_id = x.destination_id and l.ticker = x.ticker and l.fence = x.fence`

/** Lets lanes go. A lane that got a row since it was last looked at is due at once: no wake-up is lost. */
export async function releaseLanes(db: Database, releases: readonly LaneRelease[]): Promise<void> {
  await db.query(RELEASE, [
    JSON.stringify(
      releases.map((r) => ({
        destination_id: r.destinationId,
        ticker: r.ticker,
        fence: r.fence,
        due_ms: r.dueAtMs,
        puts: r.puts,
      })),
    ),
  ])
}

/** Ends what is past its time in lanes that nobody holds (a paused or broken destination): `expired`, visibly. */
export async function expireIdle(db: Database, node: string): Promise<number> {
  const rows = await db.query(
    `with lane as (
       select l.destination_id, l.ticker from lanes l
       where (l.lease_until is null or l.lease_until < now()) and exists (
         select 1 from outbox o where o.destination_id = l.destination_id and o.ticker = l.ticker
           and o.max_age_at < now() and not o.forced)
       limit 200 for update skip locked
     ), gone as (
       delete from outbox o using lane l
       where o.destination_id = l.destination_id and o.ticker = l.ticker and o.max_age_at < now() and not o.forced
       returning o.*
     ), ended as (
       insert into deliveries (seq, signal_id, destination_id, ticker, side, state, reason, body, created_at, ended_at, attempts)
       select seq, signal_id, destination_id, ticker, side, 'expired', 'too-old', body, created_at, now(), attempts from gone
     ), counted as (
       insert into counters (day, node, name, n) select current_date, $1, 'expired', count(*) from gone having count(*) > 0
       on conflict (day, node, name) do update set n = counters.n + excluded.n
     )
     select seq from gone`,
    [node],
  )
  return rows.length
}

/**
 * Puts ended deliveries back, each under its old webhook-id and with its old bytes. Those that are older than their
 * destination takes are left alone and counted as stale, unless `force`.
 */
export async function replayDeliveries(
  db: Database,
  seqs: readonly { signalId: string; seq: number }[],
  force: boolean,
): Promise<{ replayed: number; stale: number }> {
  const [row] = await db.write<{ replayed: number; stale: number }>(
    `with asked as (
       select * from json_to_recordset($1::json) as x(signal_id uuid, seq bigint, n int)
     ), due as materialized (
       select d.signal_id, d.seq, s.decided_at + (t.settings->>'maxAgeMs')::double precision * interval '1 ms' as max_age_at
       from asked a join deliveries d on d.signal_id = a.signal_id and d.seq = a.seq and d.replayed_at is null
       join signals s on s.id = d.signal_id join destinations t on t.id = d.destination_id
     ), marked as (
       update deliveries d set replayed_at = now() from due
       where d.signal_id = due.signal_id and d.seq = due.seq and d.replayed_at is null
         and ($2::boolean or due.max_age_at > now())
       returning d.signal_id, d.destination_id, d.ticker, d.side, d.body, d.seq, due.max_age_at
     ), changed as (
       insert into signal_search_stale (signal_id, changes) select distinct signal_id, 1 from marked
       on conflict (signal_id) do update set changes = signal_search_stale.changes + 1
     ), bound as materialized (
       select signal_id, destination_id, ticker, side, body, max_age_at, $2::boolean as forced,
         row_number() over (order by seq) as n from marked
     ), ${QUEUE_BOUND}
     select (select count(*) from queued) as replayed, (select count(*) from due) - (select count(*) from marked) as stale`,
    [JSON.stringify(numbered(seqs.map((s) => ({ signal_id: s.signalId, seq: s.seq })))), force],
  )
  return row!
}

/** How many rows wait, at most `countMax` counted. */
export async function countPending(db: Database, countMax: number): Promise<number> {
  const rows = await db.query<{ n: number }>(`select count(*) as n from (select 1 from outbox limit $1) o`, [
    countMax,
  ])
  return rows[0]!.n
}

/** Forgets lanes that have been idle; their next row makes them anew. */
export async function dropIdleLanes(db: Database): Promise<void> {
  await db.query(
    `delete from lanes l where due_at is null and lease_until is null and not exists (
       select 1 from outbox o where o.destination_id = l.destination_id and o.ticker = l.ticker)`,
  )
}

/** What has been spent of a limit, by the database's clock. */
export async function readLimit(db: Database, name: string) {
  const rows = await db.query<{ state: LimitState | null; version: number | null; nowMs: number }>(
    `select l.state, l.version, extract(epoch from clock_timestamp())::double precision * 1000 as "nowMs"
     from (select 1) one left join limits l on l.name = $1`,
    [name],
  )
  const { state, version, nowMs } = rows[0]!
  return { state: state ?? [], version: version ?? 0, nowMs }
}

/** Writes what has been spent, unless somebody else spent in between: then false. */
export async function writeLimit(
  db: Database,
  name: string,
  state: LimitState,
  version: number,
): Promise<boolean> {
  const rows = await db.write(
    `insert into limits as l (name, state, version) values ($1, $2, 1)
     on conflict (name) do update set state = excluded.state, version = l.version + 1 where l.version = $3 returning 1`,
    [name, JSON.stringify(state), version],
  )
  return rows.length > 0
}

/** What deliverers have learnt of their destinations. */
export async function readHealth(db: Database): Promise<Map<string, CircuitState>> {
  const rows = await db.query<{
    id: string
    failures: number
    notBeforeMs: number | null
    failingSinceMs: number | null
  }>(
    `select destination_id as id, failures, not_before as "notBeforeMs", failing_since as "failingSinceMs"
     from destination_health`,
  )
  return new Map(rows.map(({ id, ...row }) => [id, { ...row, notBeforeMs: row.notBeforeMs ?? 0 }]))
}

export async function writeHealth(db: Database, id: string, state: CircuitState): Promise<void> {
  await db.query(
    `with told as (
       insert into versions (name) values ('destination-health')
       on conflict (name) do update set version = versions.version + 1
     )
     insert into destination_health (destination_id, failures, not_before, failing_since)
     values ($1, $2, to_timestamp($3::double precision / 1000), to_timestamp($4::double precision / 1000))
     on conflict (destination_id) do update set failures = excluded.failures, not_before = excluded.not_before,
       failing_since = case when excluded.failures = 0 then null
         else coalesce(destination_health.failing_since, excluded.failing_since) end`,
    [id, state.failures, state.notBeforeMs, state.failingSinceMs],
  )
}
