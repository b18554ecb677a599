/** Opens the database: embedded in the data folder, or PostgreSQL by its address, directly or through PgBouncer. */
import { Client, Pool, type ClientConfig, type PoolConfig } from 'pg'
import { monotonicMs, type Logger, type Metrics } from '../runtime/index.ts'
import type { Database, Durability } from './database.ts'
import { startHousekeeping } from './embedded/housekeeping.ts'
import { openEmbedded } from './embedded/open.ts'
import { measureDatabase, type DatabaseStats } from './measure.ts'
import { poolDatabase } from './pool-database.ts'
import { typeParsers } from './type-parsers.ts'

export interface DatabaseSettings {
  /** Holds the embedded database, where there is no `url`. */
  dataDir: string
  url?: string | undefined
  poolSize: number
  poolTimeoutSec: number
  poolRecycleSec: number
  /** The address is PgBouncer's, in transaction mode: no statement names, no settings of a session. */
  pgbouncer: boolean
  /** Of the embedded database. */
  durability: Durability
  log: Logger
  metrics?: Metrics
}

export interface DatabaseHealth {
  ok: boolean
  latencyMs: number
  /** Why not. */
  reason?: string
}

export interface OpenDatabase extends Database {
  health(): Promise<DatabaseHealth>
  stats(): DatabaseStats
  /** A checkpoint now (embedded), before a copy of the folder is taken; nothing elsewhere. */
  checkpoint(): Promise<void>
}

/** A connection that is not made within this is not there; the wait for a free one may be longer. */
const CONNECT_MS = 3_000
/** The server gives up a statement a little after we did. */
const SERVER_STATEMENT_MS = 60_000

/** Throws `FolderInUse` when another process has the data folder; PostgreSQL may be away at the start. */
export async function openDatabase(settings: DatabaseSettings): Promise<OpenDatabase> {
  const opened = settings.url === undefined ? await openOwn(settings) : openServer(settings, settings.url)
  if (settings.metrics) measureDatabase(settings.metrics, opened.stats)
  return {
    ...opened.db,
    stats: opened.stats,
    checkpoint: opened.checkpoint,
    async health() {
      const startMs = monotonicMs()
      const latencyMs = () => Math.round(monotonicMs() - startMs)
      try {
        await opened.db.query('select 1')
        return { ok: true, latencyMs: latencyMs() }
      } catch (error) {
        return { ok: false, latencyMs: latencyMs(), reason: (error as Error).message }
      }
    },
  }
}

async function openOwn({ dataDir, durability, log }: DatabaseSettings) {
  const embedded = await openEmbedded({ dataDir, durability, log })
  const db = poolDatabase({
    kind: 'embedded',
    durability,
    // PGlite loses the answer to a parse when the same statement fails, and then refuses its name for ever.
    named: false,
    connect: embedded.connect,
    synced: embedded.synced,
    onMiss: (sql) => void embedded.restart(`no answer to: ${sql.trim().slice(0, 80)}`),
    close: embedded.close,
  })
  const keeping = startHousekeeping(db, embedded, log)
  if (durability === 'process')
    log.warn('DURABILITY=process: accepted signals are not safe against power loss')
  const stats = (): DatabaseStats => ({
    connections: 1,
    waiting: embedded.waiting,
    misses: embedded.restarts,
    restarts: embedded.restarts,
    syncs: embedded.syncs,
    checkpoints: keeping.checkpoints,
    walBytes: keeping.walBytes,
    deadRows: keeping.deadRows,
  })
  const close = async (): Promise<void> => {
    await keeping.stop()
    await db.close()
  }
  return { db: { ...db, close }, stats, checkpoint: keeping.checkpoint }
}

function openServer(settings: DatabaseSettings, url: string) {
  const { poolSize, poolTimeoutSec, poolRecycleSec, pgbouncer, log } = settings
  const config: PoolConfig = {
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: poolTimeoutSec * 1_000,
    maxLifetimeSeconds: poolRecycleSec,
    keepAlive: true,
    application_name: 'signalbox',
    types: typeParsers,
    // PgBouncer refuses what it cannot track, and what belongs to a session would leak into the next one's.
    ...(!pgbouncer && {
      statement_timeout: SERVER_STATEMENT_MS,
      idle_in_transaction_session_timeout: 30_000,
    }),
  }
  const pool = new Pool({ ...config, Client: QuickClient } as PoolConfig)
  let misses = 0
  // The pool hears of breaks while a connection is idle; in use, its statement fails and says so.
  pool.on('connect', (client) => void client.on('error', () => {}))
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection to the database broke'))
  const db = poolDatabase({
    kind: 'postgres',
    durability: 'power',
    named: !pgbouncer,
    connect: () => pool.connect(),
    synced: async () => {},
    onMiss: (sql) => {
      misses += 1
      log.warn({ sql: sql.trim().slice(0, 80) }, 'the database did not answer in time')
    },
    close: () => pool.end(),
  })
  const stats = (): DatabaseStats => ({
    connections: pool.totalCount,
    waiting: pool.waitingCount,
    misses,
    restarts: 0,
    syncs: 0,
    checkpoints: 0,
    walBytes: 0,
    deadRows: 0,
  })
  return { db, stats, checkpoint: async () => {} }
}

/** The pool gives its time-out for a free connection to each connection too; reaching a server takes less. */
class QuickClient extends Client {
  constructor(config?: ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS })
  }
}
