/** What PostgreSQL's background processes would do and PGlite has none of: checkpoints, vacuum, analyse; in small steps. */
import { every, monotonicMs, type Logger } from '../../runtime/index.ts'
import type { Database } from '../database.ts'
import { DatabaseUnavailable } from '../errors.ts'
import type { Embedded } from './open.ts'
import { CHECKPOINT_WAL_BYTES } from './start-params.ts'
import { walSegments } from './wal-sync.ts'

export interface Housekeeping {
  /** WAL in the folder, in bytes. */
  readonly walBytes: number
  /** Rows that wait for vacuum, when last looked at. */
  readonly deadRows: number
  readonly checkpoints: number
  /** Runs a checkpoint now. */
  checkpoint(): Promise<void>
  stop(): Promise<void>
}

const SEGMENT_BYTES = 16 * 1024 * 1024
const LOOK_MS = 1_000
const CHECKPOINT_MS = 5 * 60_000
/** How often to look for a table that needs vacuum; sooner after one that did. One a time, so that nobody waits long. */
const VACUUM_LOOK_MS = 10_000
const VACUUM_NEXT_MS = 2_000
const STEP = { deadlineMs: 15_000 }

/** The table that needs it most: first against the wrap-around of transaction ids, then dead rows, then stale statistics. */
const NEEDIEST = `
  select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as "table",
         age(c.relfrozenxid)::int8 > 200000000 as freeze,
         (select coalesce(sum(n_dead_tup), 0)::int8 from pg_stat_all_tables) as dead_rows
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_stat_all_tables s on s.relid = c.oid
   where c.relkind in ('r', 'm')
     and (age(c.relfrozenxid) > 200000000
       or s.n_dead_tup > 500 + 0.1 * greatest(c.reltuples, 0)
       or s.n_mod_since_analyze > 500 + 0.2 * greatest(c.reltuples, 0))
   order by age(c.relfrozenxid) > 200000000 desc, s.n_dead_tup desc nulls last
   limit 1`

export function startHousekeeping(db: Database, embedded: Embedded, log: Logger): Housekeeping {
  let walBytes = 0
  let deadRows = 0
  let checkpoints = 0
  /** The newest segment when the last checkpoint was made. */
  let checkpointAt = ''
  let checkpointMs = monotonicMs()
  let nextVacuumMs = monotonicMs() + VACUUM_NEXT_MS

  async function checkpoint(): Promise<void> {
    const segments = await walSegments(embedded.folder)
    await embedded.checkpoint(async () => {
      await db.query('checkpoint', [], STEP)
    })
    checkpointAt = segments.at(-1) ?? ''
    checkpointMs = monotonicMs()
    checkpoints += 1
  }

  async function look(): Promise<void> {
    const segments = await walSegments(embedded.folder)
    walBytes = segments.length * SEGMENT_BYTES
    if (checkpointAt === '') checkpointAt = segments.at(-1) ?? ''
    const writtenBytes = segments.filter((name) => name > checkpointAt).length * SEGMENT_BYTES
    const agedMs = monotonicMs() - checkpointMs
    if (writtenBytes >= CHECKPOINT_WAL_BYTES || agedMs >= CHECKPOINT_MS) await checkpoint()
    if (monotonicMs() >= nextVacuumMs) await vacuum()
  }

  async function vacuum(): Promise<void> {
    const found = await db.query<{ table: string; freeze: boolean; dead_rows: number }>(NEEDIEST)
    const neediest = found[0]
    deadRows = neediest?.dead_rows ?? 0
    if (neediest) {
      await db.query(`vacuum (analyze${neediest.freeze ? ', freeze' : ''}) ${neediest.table}`, [], STEP)
    }
    nextVacuumMs = monotonicMs() + (neediest ? VACUUM_NEXT_MS : VACUUM_LOOK_MS)
  }

  const stop = every(LOOK_MS, look, (error) => {
    if (!(error instanceof DatabaseUnavailable))
      log.error({ err: error }, 'housekeeping of the database failed')
  })
  return {
    get walBytes() {
      return walBytes
    },
    get deadRows() {
      return deadRows
    },
    get checkpoints() {
      return checkpoints
    },
    checkpoint,
    stop,
  }
}
