/** SQL of rankings: their settings, how the last look went, and every snapshot. */
import { bumpVersion, type Database } from '../platform/db/index.ts'
import { uuidv7Floor, type Sealer } from '../platform/runtime/index.ts'
import type { RankingConfig } from './config.ts'
import type { Snapshot } from './snapshot.ts'

export interface StoredRanking {
  name: string
  config: RankingConfig
  /** What the environment said when it was stored: a changed environment counts as the later word. */
  environment: string
  paused: boolean
  refreshAskedAtMs: number | null
  lastOutcome: string | null
  lastOutcomeAtMs: number | null
  lastMessage: string | null
  updatedAtMs: number
}

export const versionName = (name: string): string => `ranking:${name}`

type RankingRow = Record<string, unknown> & Omit<StoredRanking, 'config' | 'environment'> & { sealed: string }

export async function readRankings(db: Database, sealer: Sealer): Promise<StoredRanking[]> {
  const rows = await db.query<RankingRow>(
    `select name, config_sealed as sealed, paused, refresh_asked_at as "refreshAskedAtMs", last_outcome as "lastOutcome",
       last_outcome_at as "lastOutcomeAtMs", last_message as "lastMessage", updated_at as "updatedAtMs"
     from rankings order by name`,
  )
  return rows.map(({ sealed, ...row }) => {
    const opened = JSON.parse(sealer.open(sealed)) as Pick<StoredRanking, 'config' | 'environment'>
    return { ...row, ...opened }
  })
}

export async function writeConfig(
  db: Database,
  sealer: Sealer,
  { name, config, environment }: Pick<StoredRanking, 'name' | 'config' | 'environment'>,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into rankings (name, config_sealed, updated_at, refresh_asked_at) values ($1, $2, now(), now())
       on conflict (name) do update set config_sealed = excluded.config_sealed, updated_at = now(), refresh_asked_at = now()`,
      [name, sealer.seal(JSON.stringify({ config, environment }))],
    )
    await bumpVersion(tx, versionName(name))
  })
}

export async function deleteRanking(db: Database, name: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query(`delete from rankings where name = $1 returning 1`, [name])
    await bumpVersion(tx, versionName(name))
    return rows.length > 0
  })
}

/** Pauses, resumes, or asks for a look now. */
export async function writeWish(
  db: Database,
  name: string,
  wish: { paused?: boolean; refresh?: boolean },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `update rankings set paused = coalesce($2, paused), refresh_asked_at = case when $3 then now() else refresh_asked_at end
       where name = $1`,
      [name, wish.paused ?? null, wish.refresh ?? false],
    )
    await bumpVersion(tx, versionName(name))
  })
}

export async function writeOutcome(
  db: Database,
  name: string,
  outcome: string,
  message: string | null,
): Promise<void> {
  await db.query(
    `update rankings set last_outcome = $2, last_message = $3, last_outcome_at = now() where name = $1`,
    [name, outcome, message],
  )
}

const SNAPSHOT = `id, name, taken_at as "takenAtMs", last_seen_at as "lastSeenAtMs", tickers, entered, "left", total, source`

export async function newestSnapshot(db: Database, name: string): Promise<Snapshot | null> {
  const rows = await db.query<Snapshot & Record<string, unknown>>(
    `select ${SNAPSHOT} from ranking_snapshots where name = $1 order by id desc limit 1`,
    [name],
  )
  return rows[0] ?? null
}

/** Newest first; `untilMs`: only lists that were taken then or before. */
export async function listSnapshots(
  db: Database,
  name: string,
  { beforeId, untilMs }: { beforeId?: string | undefined; untilMs?: number | undefined },
  limit: number,
): Promise<Snapshot[]> {
  const before = [beforeId, untilMs === undefined ? undefined : uuidv7Floor(untilMs + 1)]
  return db.query<Snapshot & Record<string, unknown>>(
    `select ${SNAPSHOT} from ranking_snapshots where name = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [name, before.filter((id) => id !== undefined).toSorted()[0] ?? null, limit],
  )
}

/** From entering to leaving; a list whose beginning is no longer kept has no `fromMs`. */
export interface Stay {
  fromMs: number | null
  toMs: number | null
  /** When it entered. */
  rank: number | null
}

/** The last stays of a ticker in a list, newest first. */
export async function listStays(db: Database, name: string, ticker: string, limit: number): Promise<Stay[]> {
  const moves = await db.query<{ at: number; entered: boolean; rank: number | null }>(
    `select taken_at as at, entered @> array[$2] as entered, array_position(tickers, $2) as rank
     from ranking_snapshots where name = $1 and (entered @> array[$2] or "left" @> array[$2]) order by id desc limit $3`,
    [name, ticker, limit * 2],
  )
  const stays: Stay[] = []
  let leftAtMs: number | null = null
  for (const { at, entered, rank } of moves) {
    if (entered) stays.push({ fromMs: at, toMs: leftAtMs, rank })
    leftAtMs = entered ? null : at
  }
  if (leftAtMs !== null && moves.length < limit * 2) stays.push({ fromMs: null, toMs: leftAtMs, rank: null })
  return stays.slice(0, limit)
}

export async function insertSnapshot(db: Database, s: Snapshot): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into ranking_snapshots (id, name, taken_at, last_seen_at, tickers, entered, "left", total, source)
       values ($1, $2, now(), now(), $3, $4, $5, $6, $7)`,
      [s.id, s.name, s.tickers, s.entered, s.left, s.total, s.source],
    )
    await bumpVersion(tx, versionName(s.name))
  })
}

/** The same list was seen again. */
export async function extendSnapshot(
  db: Database,
  { id, name }: Pick<Snapshot, 'id' | 'name'>,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`update ranking_snapshots set last_seen_at = now() where id = $1`, [id])
    await bumpVersion(tx, versionName(name))
  })
}

export async function dropOldSnapshots(db: Database, days: number): Promise<void> {
  await db.query(
    `delete from ranking_snapshots s where taken_at < now() - $1 * interval '1 day'
       and exists (select 1 from ranking_snapshots n where n.name = s.name and n.id > s.id)`,
    [days],
  )
}
