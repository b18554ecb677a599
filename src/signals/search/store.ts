/** SQL of searching: gathering the words of signals, and finding signals by them. */
import type { Database, Queries } from '../../platform/db/index.ts'
import { uuidv7Floor } from '../../platform/runtime/index.ts'
import type { WantedWords } from './words.ts'

const LOCK = 7_204_518_340
/** Ids are made before their commit: what is this young may still come. */
const SETTLED_MS = 1_000
const SWEEP_MS = 90_000

/**
 * Gathers the words of at most `batch` signals that have none yet, oldest first, and gives how many. One process at a time:
 * while another does it, 0.
 */
export function indexNext(db: Database, batch: number, nowMs: number): Promise<number> {
  return alone(db, async (tx) => {
    const [row] = await tx.query<{ n: number }>(
      `with fresh as materialized (
         select s.id, signal_words(s) as words, exists (select 1 from outbox o where o.signal_id = s.id) as pending
         from signals s where s.id > (select indexed_to from signal_search_progress) and s.id < $2 order by s.id limit $1
       ), put as (
         insert into signal_search (signal_id, words) select id, words from fresh on conflict do nothing
       ), later as (
         insert into signal_search_stale (signal_id) select id from fresh where pending on conflict do nothing
       ), moved as (
         update signal_search_progress set indexed_to = (select id from fresh order by id desc limit 1)
         where exists (select 1 from fresh)
       ) select count(*) as n from fresh`,
      [batch, uuidv7Floor(nowMs - SETTLED_MS)],
    )
    return row!.n
  })
}

/** Gathers anew the words of at most `batch` signals that have changed since, and gives how many. */
export function indexAgain(db: Database, batch: number): Promise<number> {
  return alone(db, async (tx) => {
    const [row] = await tx.query<{ n: number }>(
      `with due as materialized (
         select t.signal_id, t.changes, exists (select 1 from outbox o where o.signal_id = t.signal_id) as pending
         from signal_search_stale t
         where t.changes > t.seen or not exists (select 1 from outbox o where o.signal_id = t.signal_id) limit $1
       ), put as (
         update signal_search x set words = signal_words(s)
         from signals s join due d on d.signal_id = s.id where x.signal_id = s.id
       ), kept as (
         update signal_search_stale t set seen = d.changes from due d where t.signal_id = d.signal_id and d.pending
       ), gone as (
         delete from signal_search_stale t using due d
         where t.signal_id = d.signal_id and not d.pending and t.changes = d.changes
       ) select count(*) as n from due`,
      [batch],
    )
    return row!.n
  })
}

/** Gathers what came in behind the progress: from a clock that is behind, or from a commit that was slow. */
export function indexStragglers(db: Database, nowMs: number): Promise<number> {
  return alone(db, async (tx) => {
    const rows = await tx.query(
      `insert into signal_search (signal_id, words)
       select s.id, signal_words(s) from signals s
       where s.id >= $1 and s.id <= (select indexed_to from signal_search_progress)
         and not exists (select 1 from signal_search x where x.signal_id = s.id)
       on conflict do nothing returning 1`,
      [uuidv7Floor(nowMs - SWEEP_MS)],
    )
    return rows.length
  })
}

function alone(db: Database, work: (tx: Queries) => Promise<number>): Promise<number> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ free: boolean }>('select pg_try_advisory_xact_lock($1::int8) as free', [
      LOCK,
    ])
    return lock!.free ? work(tx) : 0
  })
}

/** Ids from `sinceId` (inclusive) to `beforeId` (exclusive). */
export interface IdRange {
  sinceId?: string | undefined
  beforeId?: string | undefined
}

/** Not gathered yet: looked at one by one, the newest of them. */
const UNGATHERED_MAX = 2_000
/** What many signals have is found among these without the index; what few have, by the index. */
const NEWEST = 20_000

// Words are looked for without regard to their order: a phrase would need their places, which are not kept.
const QUERY = `select case when $2 = '' then $1::tsquery when $1 = '' then text else $1::tsquery && text end as wanted
  from (select regexp_replace(to_tsquery('simple', $2)::text, '<(-|[0-9]+)>', '&', 'g')::tsquery as text) t`
const inRange = (id: string) => `($3::uuid is null or ${id} >= $3) and ($4::uuid is null or ${id} < $4)`

const UNGATHERED = `with q as materialized (${QUERY}) select id from (
    select s.id, s as signal from signals s
    where s.id > (select indexed_to from signal_search_progress) and ${inRange('s.id')} order by s.id desc limit ${UNGATHERED_MAX}
  ) s, q where signal_words(s.signal) @@ q.wanted order by id desc limit $5`
const AMONG_NEWEST = `with q as materialized (${QUERY}) select signal_id as id from (
    select signal_id, words from signal_search where ${inRange('signal_id')} order by signal_id desc limit ${NEWEST}
  ) x, q where x.words @@ q.wanted order by signal_id desc limit $5`
const BY_INDEX = `with found as materialized (
    select signal_id from signal_search where words @@ (select wanted from (${QUERY}) q) and ${inRange('signal_id')}
  ) select signal_id as id from found order by signal_id desc limit $5`

/** Ids of signals that have all the words, newest first. */
export async function findByWords(
  db: Queries,
  { tags, text }: WantedWords,
  { sinceId, beforeId }: IdRange,
  limit: number,
): Promise<string[]> {
  const look = async (sql: string, most: number) => {
    const rows = await db.query<{ id: string }>(sql, [tags, text, sinceId ?? null, beforeId ?? null, most])
    return rows.map(({ id }) => id)
  }
  const first = await look(UNGATHERED, limit)
  if (first.length === limit) return first
  const newest = await look(AMONG_NEWEST, limit)
  const rest = first.length + newest.length < limit ? await look(BY_INDEX, limit) : newest
  // One may have been gathered between the looks, and so be found twice.
  return [...new Set([...first, ...rest])].slice(0, limit)
}
