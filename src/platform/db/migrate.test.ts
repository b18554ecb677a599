import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { projectFile, startProgram } from '../../../test/child-program.ts'
import { migrationsFolder } from '../../../test/data-folder.ts'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { startPgBouncer, type PgBouncer } from '../../../test/pgbouncer.ts'
import { requireService } from '../../../test/services.ts'
import { migrate, MigrationRefused } from './migrate.ts'

let folder: string
const write = (files: Record<string, string>) => {
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrations-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

describe('migrating', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await freshDatabase({ empty: true })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    await test.db.write('drop schema public cascade; create schema public')
  })

  const tables = async () =>
    (
      await test.db.query(
        `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
      )
    ).map((row) => row['relname'])

  it('applies the files in the order of their names, once', async () => {
    write({
      '0002_b.sql': 'alter table a add column b int; create table b (id int);',
      '0001_a.sql': '-- the first\ncreate table a (id int);',
      'README.md': 'not SQL',
    })
    expect(await migrate(test.db, folder)).toEqual(['0001_a.sql', '0002_b.sql'])
    expect(await migrate(test.db, folder)).toEqual([])
    expect(await tables()).toEqual(['a', 'b', 'schema_migrations'])
    write({ '0003_c.sql': 'create table c (id int)' })
    expect(await migrate(test.db, folder)).toEqual(['0003_c.sql'])
  })

  it('leaves nothing behind of a file that fails, and goes on there when it is mended', async () => {
    write({ '0001_a.sql': 'create table a (id int)', '0002_b.sql': 'create table b (id int); select 1 / 0;' })
    expect((await errorOf(migrate(test.db, folder))) as { code: string }).toMatchObject({ code: '22012' })
    expect(await tables()).toEqual(['a', 'schema_migrations'])
    write({ '0002_b.sql': 'create table b (id int)' })
    expect(await migrate(test.db, folder)).toEqual(['0002_b.sql'])
  })

  it.each([
    [
      'a file that was changed after it was applied',
      'changed-file',
      '0002_b.sql',
      () => write({ '0002_b.sql': 'create table other (id int)' }),
    ],
    [
      'a schema that is newer than the program',
      'newer-schema',
      '0002_b.sql',
      () => rmSync(join(folder, '0002_b.sql')),
    ],
  ] as const)('refuses %s', async (_, reason, named, change) => {
    write({ '0001_a.sql': 'create table a (id int)', '0002_b.sql': 'create table b (id int)' })
    await migrate(test.db, folder)
    change()
    write({ '0003_c.sql': 'create table c (id int)' })
    const error = (await errorOf(migrate(test.db, folder))) as MigrationRefused
    expect(error).toBeInstanceOf(MigrationRefused)
    expect(error.reason).toBe(reason)
    expect(error.message).toContain(named)
    expect(await tables()).toEqual(['a', 'b', 'schema_migrations'])
  })

  it('takes a file whose line ends were rewritten for the same', async () => {
    write({ '0001_a.sql': 'create table a (\nid int)' })
    await migrate(test.db, folder)
    write({ '0001_a.sql': 'create table a (\r\nid int)' })
    expect(await migrate(test.db, folder)).toEqual([])
  })

  it('refuses a newer schema also when it has no files of its own to apply', async () => {
    write({ '0001_a.sql': 'create table a (id int)' })
    await migrate(test.db, folder)
    rmSync(join(folder, '0001_a.sql'))
    expect(await errorOf(migrate(test.db, folder))).toBeInstanceOf(MigrationRefused)
  })

  it("applies the project's own migrations", async () => {
    expect((await migrate(test.db, migrationsFolder)).length).toBeGreaterThan(0)
    expect(await tables()).toContain('outbox')
  })
})

const server = requireService('postgres')
const pgbouncer = requireService('pgbouncer')

describe.skipIf(!server)('migrating on PostgreSQL', () => {
  let test: TestDatabase
  let bouncer: PgBouncer | null = null
  beforeEach(async () => {
    test = await freshDatabase({ empty: true, server: server! })
  })
  afterEach(async () => {
    await bouncer?.stop()
    bouncer = null
    await test.close()
  })

  const program = (url: string, through: boolean) => `
    import { openForTest } from ${projectFile('test/data-folder.ts')}
    import { migrate } from ${projectFile('src/platform/db/index.ts')}
    const db = await openForTest('/nonexistent', ${JSON.stringify(url)}, { pgbouncer: ${through} })
    await db.query('select 1')
    console.log('ready')
    const applied = await migrate(db, ${JSON.stringify(folder)})
    console.log('applied ' + applied.length)
    await db.close()`

  /** How many files each of three processes applied, all started at once; and what is there then. */
  async function race(url: string, through: boolean) {
    const sql = (n: number) =>
      `select pg_sleep(0.05); create table t${n} (id int); insert into t${n} values (1)`
    for (let n = 1; n <= 5; n++) write({ [`000${n}_t.sql`]: sql(n) })
    const racers = [1, 2, 3].map(() => startProgram(program(url, through)))
    const counts = await Promise.all(racers.map((racer) => racer.line(/^applied/)))
    await Promise.all(racers.map((racer) => racer.ended))
    const [left] = await test.db.query(
      'select (select count(*) from schema_migrations) as files, (select count(*) from t5) as rows',
    )
    return { applied: counts.reduce((sum, text) => sum + Number(text.slice(8)), 0), ...left }
  }

  it('applies each file once when three processes start at the same time', async () => {
    expect(await race(test.url!, false)).toEqual({ applied: 5, files: 5, rows: 1 })
  })

  it.skipIf(!pgbouncer)('applies each file once when three processes start behind PgBouncer', async () => {
    bouncer = await startPgBouncer(pgbouncer!, test.url!)
    expect(await race(bouncer.url, true)).toEqual({ applied: 5, files: 5, rows: 1 })
  })
})
