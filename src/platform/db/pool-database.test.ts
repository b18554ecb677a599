import { createServer, type AddressInfo } from 'node:net'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openForTest } from '../../../test/data-folder.ts'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { startPgBouncer, type PgBouncer } from '../../../test/pgbouncer.ts'
import { requireService } from '../../../test/services.ts'
import { createLogger } from '../runtime/index.ts'
import { openDatabase, type OpenDatabase } from './connect.ts'
import { DatabaseUnavailable, isDataError } from './errors.ts'

let test: TestDatabase
let db: OpenDatabase
beforeAll(async () => {
  test = await freshDatabase({ empty: true })
  db = test.db
  await db.write('create table notes (id int primary key, text text not null)')
})
afterAll(() => test.close())

const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

describe('a database', () => {
  it.each([
    ['9007199254740991::int8', 9_007_199_254_740_991],
    ['1.50::numeric', '1.50'],
    ["date '2026-03-01'", '2026-03-01'],
    ["timestamptz '2026-03-01 10:00:00.123+05:30'", Date.UTC(2026, 2, 1, 4, 30, 0, 123)],
    ["timestamptz '1969-12-31 23:59:59+00'", -1_000],
    ["timestamptz 'infinity'", Number.POSITIVE_INFINITY],
    [`'{"a":[1,null]}'::jsonb`, { a: [1, null] }],
    [`'{"a":1}'::json`, { a: 1 }],
    ["array['a,b', null, 'c']", ['a,b', null, 'c']],
    ['array[1, null, 3]::int8[]', [1, null, 3]],
    ['array[1.50]::numeric[]', ['1.50']],
    ["array[timestamptz '1970-01-01 00:00:01+00']", [1_000]],
    ["'0190f3a0-0000-7000-8000-000000000000'::uuid", '0190f3a0-0000-7000-8000-000000000000'],
    ["'\\x0102'::bytea", Buffer.from([1, 2])],
    ['null::int8', null],
    ['1.5::float8', 1.5],
    ['true', true],
  ])('gives %s as the value that our code expects', async (sql, value) => {
    expect((await db.query(`select ${sql} as value`))[0]!['value']).toEqual(value)
  })

  it('gives the rows of the last of several statements', async () => {
    expect(await db.query('select 1 as a; select 2 as b')).toEqual([{ b: 2 }])
  })

  it('runs a statement under a name again and again, also after it failed', async () => {
    const half = (n: unknown) => db.query('select 10 / $1::int as n', [n], { name: 'half' })
    expect((await errorOf(half(0))) as { code: string }).toMatchObject({ code: '22012' })
    expect(await half(2)).toEqual([{ n: 5 }])
    expect(await half(5)).toEqual([{ n: 2 }])
  })

  it('keeps what a transaction wrote, and nothing of one that failed', async () => {
    const seen = await db.transaction(async (tx) => {
      await tx.query('insert into notes values ($1, $2)', [1, 'kept'])
      return await tx.query('select text from notes where id = 1')
    })
    expect(seen).toEqual([{ text: 'kept' }])
    const error = await errorOf(
      db.transaction(async (tx) => {
        await tx.query('insert into notes values ($1, $2)', [2, 'gone'])
        throw new Error('changed my mind')
      }),
    )
    expect((error as Error).message).toBe('changed my mind')
    expect(await db.query('select id from notes where id in (1, 2)')).toEqual([{ id: 1 }])
  })

  it('does not call a transaction done when a failure inside it was swallowed', async () => {
    const error = await errorOf(
      db.transaction(async (tx) => {
        await tx.query('insert into notes values (3, $1)', ['never'])
        await tx.query('select 1 / $1::int', [0]).catch(() => {})
      }),
    )
    expect((error as Error).message).toContain('nothing was committed')
    expect(await db.query('select id from notes where id = 3')).toEqual([])
  })

  it('throws when code inside a transaction reaches for the database itself', async () => {
    const error = await errorOf(db.transaction(() => db.query('select 1')))
    expect((error as Error).message).toContain('must use the handle')
    expect(await db.query('select 1 as n')).toEqual([{ n: 1 }])
  })

  it('gives up a transaction that takes too long, and goes on', async () => {
    const error = await errorOf(db.transaction(() => new Promise(() => {}), { deadlineMs: 100 }))
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect(error).toMatchObject({ outcome: 'none' })
    expect(await db.query('select 1 as n')).toEqual([{ n: 1 }])
  })

  it.each([
    ['a value out of range', 'select 1 / 0', true],
    ['a NUL in a text', `select E'\\\\000'::bytea::text || chr(0)`, true],
    ['a key that is there already', `insert into notes values (1, 'again')`, true],
    ['a missing value', 'insert into notes values (9, null)', true],
    ['a statement that is wrong', 'select nothing from nowhere', false],
  ])('says of %s whether the data is at fault', async (_, sql, expected) => {
    await db.write(`insert into notes values (1, 'kept') on conflict do nothing`)
    expect(isDataError(await errorOf(db.query(sql)))).toBe(expected)
  })

  it("takes a row without a partition for its own fault, not for the data's", async () => {
    await db.write('create table parts (id uuid primary key) partition by range (id)')
    const error = await errorOf(db.write('insert into parts values (gen_random_uuid())'))
    expect(isDataError(error)).toBe(false)
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect(error).toMatchObject({ outcome: 'none' })
  })

  it('says that it is healthy, and how fast', async () => {
    expect(await db.health()).toEqual({ ok: true, latencyMs: expect.any(Number) })
  })
})

describe('a database that is away', () => {
  const settings = {
    dataDir: '/nonexistent',
    poolSize: 2,
    poolTimeoutSec: 5,
    poolRecycleSec: 60,
    pgbouncer: false,
    durability: 'power' as const,
    log: createLogger({ level: 'silent', format: 'json' }),
  }

  it('is unavailable at once when nobody listens, and nothing was changed', async () => {
    const away = await openDatabase({ ...settings, url: 'postgres://postgres@127.0.0.1:1/postgres' })
    const error = await errorOf(away.write('select 1'))
    expect(error).toBeInstanceOf(DatabaseUnavailable)
    expect(error).toMatchObject({ outcome: 'none' })
    expect(await away.health()).toMatchObject({ ok: false, reason: expect.stringContaining('ECONNREFUSED') })
    await away.close()
  })

  it('is unavailable within 3.5 s when it takes the connection and says nothing', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const away = await openDatabase({ ...settings, url: `postgres://postgres@127.0.0.1:${port}/postgres` })
    const startMs = performance.now()
    expect(await errorOf(away.write('select 1'))).toMatchObject({ outcome: 'none' })
    expect(performance.now() - startMs).toBeLessThan(3_500)
    await away.close()
    server.close()
  })
})

const server = requireService('postgres')

describe.skipIf(!server)('a database on PostgreSQL', () => {
  let own: TestDatabase
  let admin: Client
  beforeAll(async () => {
    own = await freshDatabase({ empty: true, server: server! })
    admin = new Client({ connectionString: own.url! })
    await admin.connect()
  })
  afterAll(async () => {
    await admin.end()
    await own.close()
  })

  const sleepers = async () =>
    (
      await admin.query(`select 1 from pg_stat_activity where query like '%pg_sleep(3)%'
        and pid <> pg_backend_pid() and datname = current_database() and state = 'active'`)
    ).rowCount
  const killAll = () =>
    admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    )

  it('does not know the outcome of a write whose connection was cut, and is back at the next', async () => {
    const write = errorOf(own.db.write('select pg_sleep(3)'))
    await expect.poll(sleepers).toBe(1)
    await killAll()
    expect(await write).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'unknown' })
    expect(await own.db.query('select 1 as n')).toEqual([{ n: 1 }])
  })

  it('knows that nothing was changed when a transaction was cut before its end', async () => {
    const error = await errorOf(
      own.db.transaction(async (tx) => {
        await tx.query('select 1')
        await killAll()
        await tx.query('select 2')
      }),
    )
    expect(error).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'none' })
  })

  it('answers a deadlock with an error that is worth a repeat', async () => {
    await own.db.write(
      'create table pairs (id int primary key, n int); insert into pairs values (1, 0), (2, 0)',
    )
    const bump = 'update pairs set n = n + 1 where id = $1'
    let first = () => {}
    const firstHasOne = new Promise<void>((resolve) => {
      first = resolve
    })
    const crossing = [
      own.db.transaction(async (tx) => {
        await tx.query(bump, [1])
        first()
        await tx.query('select pg_sleep(0.1)')
        await tx.query(bump, [2])
      }),
      own.db.transaction(async (tx) => {
        await firstHasOne
        await tx.query(bump, [2])
        await tx.query(bump, [1])
      }),
    ]
    const settled = await Promise.allSettled(crossing)
    const failed = settled.filter((one) => one.status === 'rejected')
    expect(failed.map((one) => one.reason as unknown)).toMatchObject([
      { name: 'DatabaseUnavailable', outcome: 'none' },
    ])
  })

  it('gives up a statement past its deadline and does not hand its connection on', async () => {
    const startMs = performance.now()
    const error = await errorOf(own.db.query('select pg_sleep(20)', [], { deadlineMs: 200 }))
    expect(error).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'unknown' })
    expect(performance.now() - startMs).toBeLessThan(1_000)
    expect(await own.db.query('select 1 as n')).toEqual([{ n: 1 }])
    expect(own.db.stats().misses).toBeGreaterThan(0)
  })

  const pgbouncer = requireService('pgbouncer')

  describe.skipIf(!pgbouncer)('behind PgBouncer', () => {
    let bouncer: PgBouncer
    let through: OpenDatabase
    beforeAll(async () => {
      bouncer = await startPgBouncer(pgbouncer!, own.url!)
      through = await openForTest(own.dataDir, bouncer.url, { pgbouncer: true })
    })
    afterAll(async () => {
      await through.close()
      await bouncer.stop()
    })

    it('runs named statements and transactions from many at once on few connections', async () => {
      const sums = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          through.transaction(async (tx) => {
            const rows = await tx.query<{ n: number }>('select $1::int8 + 1 as n', [n], { name: 'plus-one' })
            return rows[0]!.n
          }),
        ),
      )
      expect(sums).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    })

    it('is unavailable when PgBouncer loses the server under a statement', async () => {
      const write = errorOf(through.write('select pg_sleep(3)'))
      await expect.poll(sleepers).toBe(1)
      await killAll()
      expect(await write).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'unknown' })
      // PgBouncer may hand out other connections that were cut before it has noticed.
      await expect.poll(() => through.query('select 1 as n').catch(() => null)).toEqual([{ n: 1 }])
    })
  })
})
