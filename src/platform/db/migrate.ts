/** Brings the schema up to date: the SQL files of a folder in order, each in a transaction of its own under a lock. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, Queries } from './database.ts'

/** The schema and the program do not belong together. The message says what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
  readonly reason: 'newer-schema' | 'changed-file'

  constructor(reason: MigrationRefused['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Any number that nobody else locks in this database. */
const LOCK = 7_204_518_330
const DEADLINE_MS = 10 * 60_000

/** Applies what is missing and gives the names of what it applied. Two processes at once: one waits, then finds it done. */
export async function migrate(db: Database, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder)
  const locked = <T>(work: (tx: Queries, done: Set<string>) => Promise<T>): Promise<T> =>
    db.transaction(async (tx) => work(tx, await lockAndCheck(tx, migrations)), { deadlineMs: DEADLINE_MS })
  const before = await locked(async (_, done) => done)
  const applied: string[] = []
  for (const { name, sql, checksum } of migrations.filter((migration) => !before.has(migration.name))) {
    await locked(async (tx, done) => {
      if (done.has(name)) return
      await tx.query(sql)
      await tx.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum])
      applied.push(name)
    })
  }
  return applied
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
  return await Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** Under the lock, for as long as the transaction lasts: the names of what has been applied. */
async function lockAndCheck(tx: Queries, migrations: Migration[]): Promise<Set<string>> {
  // Of the transaction, not of the session: it works through PgBouncer and cannot be left behind.
  await tx.query('select pg_advisory_xact_lock($1::int8)', [LOCK])
  await tx.query(`create table if not exists schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`)
  const done = await tx.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations',
  )
  check(migrations, done)
  return new Set(done.map(({ name }) => name))
}

function check(migrations: Migration[], done: { name: string; checksum: string }[]): void {
  for (const { name, checksum } of done) {
    const known = migrations.find((migration) => migration.name === name)
    if (known === undefined) {
      throw new MigrationRefused(
        'newer-schema',
        `The database was brought up to date by a newer Signalbox (it has ${name}, which this one does not know): ` +
          'start the newer one, or restore a backup from before the upgrade.',
      )
    }
    if (known.checksum !== checksum) {
      throw new MigrationRefused(
        'changed-file',
        `${name} was changed after it had been applied to this database: put the file back as it was, and write ` +
          'the change as a new migration.',
      )
    }
  }
}
