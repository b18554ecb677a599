/**
 * Weekly partitions of tables whose key is a UUIDv7, whose range is a range of time. They are made three weeks ahead and
 * one back; retention drops them whole. A row that no partition covers fails with `DatabaseUnavailable`, not with a data
 * error: the sender sends it again, and the keeper, which compares its weeks with the clock every second, has made one.
 */
import { every, nowMs, uuidv7Floor, type Logger } from '../runtime/index.ts'
import type { Database, Queries } from './database.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** The first Monday after the epoch; weeks begin on Mondays, UTC. */
const MONDAY_MS = 4 * DAY_MS
const WEEKS_BACK = 1
const WEEKS_AHEAD = 3
const DROP_EVERY_MS = 3_600_000
const LOCK = 7_204_518_331

const weekOf = (ms: number): number => Math.floor((ms - MONDAY_MS) / WEEK_MS)
const startOf = (week: number): number => MONDAY_MS + week * WEEK_MS
const nameOf = (table: string, week: number): string =>
  `${table}_w${new Date(startOf(week)).toISOString().slice(0, 10).replaceAll('-', '')}`

/** Makes the partitions around `nowMs` that are missing; gives their names. May run in several processes at once. */
export async function ensurePartitions(
  db: Database,
  tables: readonly string[],
  nowMs: number,
): Promise<string[]> {
  const now = weekOf(nowMs)
  const wanted = tables.flatMap((table) =>
    Array.from({ length: WEEKS_BACK + 1 + WEEKS_AHEAD }, (_, i) => {
      const week = now - WEEKS_BACK + i
      return { table, week, name: nameOf(checked(table), week) }
    }),
  )
  const missing = async (tx: Queries) => {
    const there = new Set((await existing(tx, tables)).map(({ name }) => name))
    return wanted.filter(({ name }) => !there.has(name))
  }
  if ((await missing(db)).length === 0) return []
  return await db.transaction(async (tx) => {
    await lockSchema(tx)
    const toMake = await missing(tx)
    for (const { table, week, name } of toMake) {
      const [from, to] = [uuidv7Floor(startOf(week)), uuidv7Floor(startOf(week + 1))]
      await tx.query(`create table ${name} partition of ${table} for values from ('${from}') to ('${to}')`)
    }
    return toMake.map(({ name }) => name)
  })
}

/**
 * Drops the oldest partition of each table if all of it is older than the retention; gives the names. One a call, and by
 * the earlier of our clock and the database's: a clock that jumps ahead must not empty the journal.
 */
export async function dropOldPartitions(
  db: Database,
  tables: readonly string[],
  retentionDays: number,
  nowMs: number,
): Promise<string[]> {
  const [clock] = await db.query<{ now: number }>('select now()')
  const beforeMs = Math.min(nowMs, clock!.now) - retentionDays * DAY_MS
  const old = (await existing(db, tables)).filter(({ endMs }) => endMs <= beforeMs)
  const oldest = tables.flatMap((table) => old.find((partition) => partition.table === table) ?? [])
  if (oldest.length === 0) return []
  await db.transaction(async (tx) => {
    await lockSchema(tx)
    for (const { name } of oldest) await tx.query(`drop table if exists ${name}`)
  })
  return oldest.map(({ name }) => name)
}

export interface PartitionKeeper {
  stop(): Promise<void>
}

/** Makes partitions now (throws when it cannot) and whenever the clock asks for new ones; drops old ones every hour. */
export async function startPartitionKeeper(
  db: Database,
  { tables, retentionDays, log }: { tables: readonly string[]; retentionDays: number; log: Logger },
): Promise<PartitionKeeper> {
  let week = weekOf(nowMs())
  await ensurePartitions(db, tables, nowMs())
  const onError = (error: unknown) => log.warn({ err: error }, 'partitions could not be kept')
  const stopMaking = every(
    1_000,
    async () => {
      const atMs = nowMs()
      if (weekOf(atMs) === week) return
      await ensurePartitions(db, tables, atMs)
      week = weekOf(atMs)
    },
    onError,
  )
  const stopDropping = every(
    DROP_EVERY_MS,
    async () => {
      const dropped = await dropOldPartitions(db, tables, retentionDays, nowMs())
      if (dropped.length > 0) log.info({ dropped }, 'partitions past their retention were dropped')
    },
    onError,
  )
  return {
    async stop() {
      await Promise.all([stopMaking(), stopDropping()])
    },
  }
}

/** Partitions by weeks, oldest first. Others (made by hand, say) are left alone. */
async function existing(db: Queries, tables: readonly string[]) {
  const rows = await db.query<{ table: string; name: string }>(
    `select p.relname as "table", c.relname as name
       from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
      where p.relname = any($1) and p.relnamespace = current_schema()::regnamespace
      order by c.relname`,
    [tables],
  )
  return rows.flatMap(({ table, name }) => {
    const day = /_w(\d{4})(\d{2})(\d{2})$/.exec(name)
    return day ? [{ table, name, endMs: Date.parse(`${day[1]}-${day[2]}-${day[3]}`) + WEEK_MS }] : []
  })
}

/** One process at a time; and no insert waits long behind us while we wait for a long read. */
async function lockSchema(tx: Queries): Promise<void> {
  await tx.query(`set local lock_timeout = '2s'`)
  await tx.query('select pg_advisory_xact_lock($1::int8)', [LOCK])
}

function checked(table: string): string {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(table)) throw new Error(`not a table name: ${table}`)
  return table
}
