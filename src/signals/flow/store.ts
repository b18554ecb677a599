/** SQL of the flow: what was counted minute by minute, and where signals came from of late. */
import type { Queries } from '../../platform/db/index.ts'
import { uuidv7Floor } from '../../platform/runtime/index.ts'

/** Notes how the counts stand, once a minute whoever comes first; that they were looked at, even while there are none. */
export async function sampleCounters(db: Queries): Promise<void> {
  await db.query(
    `insert into counter_samples (at, name, n)
     select date_trunc('minute', now()), name, n
     from (select name, sum(n) as n from counters group by name union all select 'looks', 1) c
     where not exists (select 1 from counter_samples where at = date_trunc('minute', now())) on conflict do nothing`,
  )
}

export async function dropOldSamples(db: Queries): Promise<void> {
  await db.query(`delete from counter_samples where at < now() - interval '2 days'`)
}

/** How the counts stood: by minute (epoch milliseconds), oldest first, and now. */
export async function readSamples(
  db: Queries,
  minutes: number,
): Promise<{ atMs: number; counts: Record<string, number> }[]> {
  const rows = await db.query<{ at: number; counts: Record<string, number> }>(
    `select at, json_object_agg(name, n) as counts from counter_samples
     where at >= date_trunc('minute', now()) - $1 * interval '1 minute' group by at
     union all select now(), coalesce(json_object_agg(name, n), '{}')
       from (select name, sum(n) as n from counters group by name) c
     order by at`,
    [minutes],
  )
  return rows.map(({ at, counts }) => ({ atMs: at, counts }))
}

const LOOKED_AT_MAX = 5_000

/** Signals by source, of the newest 5,000 since then. */
export async function countSources(
  db: Queries,
  sinceMs: number,
): Promise<{ source: string; signals: number; lastMs: number }[]> {
  return db.query(
    `select source, count(*) as signals, max(received_at) as "lastMs" from (
       select source, received_at from signals where id >= $1 order by id desc limit ${LOOKED_AT_MAX}
     ) s group by source order by signals desc, source`,
    [uuidv7Floor(sinceMs)],
  )
}
