/** What every process needs whatever its roles: secrets, database, and the state it holds in memory. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createAccessTokens, type AccessTokens } from '../accounts/index.ts'
import { databaseUrl, type Config } from '../platform/config/index.ts'
import {
  createVersionWatch,
  ensureBallast,
  migrate,
  openDatabase,
  startPartitionKeeper,
  type OpenDatabase,
  type VersionWatch,
} from '../platform/db/index.ts'
import { createEgress, networkList, type Egress } from '../platform/http/index.ts'
import {
  createMetrics,
  createSealer,
  loadOrCreateToken,
  loadSealKey,
  makeToken,
  type Logger,
  type Metrics,
  type Sealer,
} from '../platform/runtime/index.ts'
import { openDestinationBook, type DestinationBook } from '../signals/index.ts'
import { openKeyRing, type KeyRing } from '../sources/webhook/index.ts'

export const MIGRATIONS = join(import.meta.dirname, '../../migrations')
const PARTITIONED = ['signals', 'decisions', 'deliveries', 'attempts', 'signal_search']

export interface Ground {
  config: Config
  log: Logger
  metrics: Metrics
  db: OpenDatabase
  sealer: Sealer
  versions: VersionWatch
  book: DestinationBook
  ring: KeyRing
  egress: Egress
  egressAllow: ReturnType<typeof networkList>
  /** Names this process in leases and counters. */
  node: string
  tokens: { admin: string; adminIsNew: boolean; finviz: string }
  accessTokens: AccessTokens
  close(): Promise<void>
}

export async function openGround(config: Config, log: Logger): Promise<Ground> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const sealer = createSealer(loadSealKey(config.dataDir, config.sealKey?.reveal()))
  const admin = config.adminToken
    ? { token: config.adminToken.reveal(), created: false }
    : loadOrCreateToken(sealer, config.dataDir, 'admin-token', () => makeToken('admin'))
  const finviz =
    config.finvizUpdateToken?.reveal() ??
    loadOrCreateToken(sealer, config.dataDir, 'finviz-token', () => makeToken('finviz')).token
  const jwtKey = Buffer.from(
    config.jwtSecretKey?.reveal() ??
      loadOrCreateToken(sealer, config.dataDir, 'jwt-key', () => randomBytes(32).toString('base64')).token,
    'base64',
  )
  const metrics = createMetrics()
  const db = await openDatabase({
    dataDir: config.dataDir,
    url: databaseUrl(config),
    poolSize: config.dbPoolSize,
    poolTimeoutSec: config.dbPoolTimeoutSec,
    poolRecycleSec: config.dbPoolRecycleSec,
    pgbouncer: config.usePgbouncer,
    durability: config.durability,
    log,
    metrics,
  })
  const applied = await migrate(db, MIGRATIONS)
  if (applied.length > 0) log.info({ applied }, 'the database is up to date')
  const partitions = await startPartitionKeeper(db, {
    tables: PARTITIONED,
    retentionDays: config.signalRetentionDays,
    log,
  })
  await ensureBallast(config.dataDir)
  const versions = createVersionWatch(db, log)
  const book = await openDestinationBook(db, sealer, versions)
  const ring = await openKeyRing(db, sealer, versions)
  const egressAllow = networkList(config.egressAllow)
  const egress = createEgress(egressAllow)
  return {
    config,
    log,
    metrics,
    db,
    sealer,
    versions,
    book,
    ring,
    egress,
    egressAllow,
    node: `${hostname()}:${process.pid}`,
    tokens: { admin: admin.token, adminIsNew: admin.created, finviz },
    accessTokens: createAccessTokens(jwtKey),
    async close() {
      await versions.stop()
      await partitions.stop()
      await egress.close()
      await db.close()
    },
  }
}
