/**
 * Data folders with an embedded database in them, for tests. The database is made once, with its migrations; then its folder
 * is copied.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ensurePartitions,
  migrate,
  openDatabase,
  type DatabaseSettings,
  type OpenDatabase,
} from '../src/platform/db/index.ts'
import { createLogger } from '../src/platform/runtime/index.ts'

/** The tables that are partitioned by the time in their ids. */
export const partitionedTables = ['signals', 'decisions', 'deliveries', 'attempts', 'signal_search'] as const

export const migrationsFolder = join(import.meta.dirname, '../migrations')

const log = createLogger({ level: 'silent', format: 'json' })

/** Opens a data folder or an address as the tests do: no fewer checks, but no disk syncs. */
export const openForTest = (
  dataDir: string,
  url?: string,
  others: Partial<DatabaseSettings> = {},
): Promise<OpenDatabase> =>
  openDatabase({
    dataDir,
    url,
    poolSize: 5,
    poolTimeoutSec: 10,
    poolRecycleSec: 3_600,
    pgbouncer: false,
    durability: 'process',
    log,
    ...others,
  })

/** A new data folder with an embedded database in it that nobody has open. The caller removes it. */
export async function freshDataDir({ empty = false } = {}): Promise<string> {
  const template = await templateFolder(empty)
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-db-'))
  await cp(join(template, 'pg'), join(dataDir, 'pg'), { recursive: true })
  return dataDir
}

/** The folder to copy: made by whoever comes first, again when the migrations or the day have changed. */
async function templateFolder(empty: boolean): Promise<string> {
  const folder = join(tmpdir(), `signalbox-template-${schemaHash()}${empty ? '-empty' : ''}`)
  if (existsSync(folder)) return folder
  removeOldTemplates()
  const draft = await mkdtemp(`${folder}-`)
  const db = await openForTest(draft)
  if (!empty) await bringUp(db)
  await db.close()
  // Somebody else may have been faster: theirs is as good.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return folder
}

function removeOldTemplates(): void {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name)
    if (!name.startsWith('signalbox-template-')) continue
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (ageMs > 86_400_000) void rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** Applies all migrations and makes the partitions around now. */
export async function bringUp(db: OpenDatabase): Promise<void> {
  await migrate(db, migrationsFolder)
  await ensurePartitions(db, partitionedTables, Date.now())
}

/** What a finished template depends on. */
function schemaHash(): string {
  const root = join(import.meta.dirname, '..')
  const hash = createHash('sha256').update(String(Math.floor(Date.now() / 86_400_000)))
  const files = readdirSync(migrationsFolder)
    .toSorted()
    .map((name) => join(migrationsFolder, name))
  for (const path of [
    ...files,
    join(root, 'src/platform/db/embedded/make-cluster.ts'),
    join(root, 'node_modules/@electric-sql/pglite/package.json'),
  ]) {
    hash.update(readFileSync(path))
  }
  return hash.digest('hex').slice(0, 16)
}
