import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectFile, startProgram } from '../../../../test/child-program.ts'
import { freshDataDir, openForTest } from '../../../../test/data-folder.ts'
import { createMetrics } from '../../runtime/index.ts'
import type { OpenDatabase } from '../connect.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await freshDataDir({ empty: true })
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const durable = { durability: 'power' } as const
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )
const count = async (db: OpenDatabase) =>
  (await db.query<{ n: number }>('select count(*) as n from acked'))[0]!.n

/** Resolves with how long it took until the database answers again. */
async function backAfterMs(db: OpenDatabase): Promise<number> {
  const startMs = performance.now()
  await expect
    .poll(() => db.query('select 1 as n').catch(() => null), { timeout: 10_000, interval: 20 })
    .toEqual([{ n: 1 }])
  return performance.now() - startMs
}

describe('the embedded database', () => {
  it('keeps what was written when it is closed and opened again', async () => {
    const first = await openForTest(dataDir, undefined, durable)
    await first.write('create table acked (n int)')
    await first.write('insert into acked values (1), (2)')
    await first.close()
    const second = await openForTest(dataDir, undefined, durable)
    expect(await count(second)).toBe(2)
    expect(second.kind).toBe('embedded')
    expect(second.durability).toBe('power')
    await second.close()
    expect(readdirSync(dataDir).toSorted()).toEqual(['pg', 'socket'])
  })

  it('listens where only we can come in, and never on a network', async () => {
    const db = await openForTest(dataDir)
    const socket = join(dataDir, 'socket')
    expect(statSync(socket).mode & 0o777).toBe(0o700)
    expect(readdirSync(socket)).toEqual(['.s.PGSQL.5432'])
    await db.close()
  })

  it('takes less than 400 MB with the whole process at rest after a warm start', async () => {
    const program = startProgram(`
      const { openForTest } = await import(${projectFile('test/data-folder.ts')})
      const db = await openForTest(${JSON.stringify(dataDir)}, undefined, { durability: 'power' })
      await db.query('select 1')
      // At rest is when what the start left behind has been collected: on a busy machine that takes a while.
      for (let look = 1; look < 40 && process.memoryUsage.rss() >= 400e6; look++)
        await new Promise((resolve) => setTimeout(resolve, 250))
      console.log('rss ' + process.memoryUsage.rss())
      await db.close()`)
    const rssBytes = Number((await program.line(/^rss/)).slice(4))
    expect((await program.ended).code).toBe(0)
    expect(rssBytes / 1e6).toBeLessThan(400)
  })

  it('opens in a folder whose path is too long for a socket', async () => {
    const deep = join(dataDir, 'd'.repeat(60), 'e'.repeat(60))
    mkdirSync(deep, { recursive: true })
    const db = await openForTest(deep)
    expect(await db.query('select 1 as n')).toEqual([{ n: 1 }])
    await db.close()
  })

  it('is back in seconds when it hangs, with everything that was acknowledged, and counts that', async () => {
    const metrics = createMetrics()
    const db = await openForTest(dataDir, undefined, { ...durable, metrics })
    await db.write('create table acked (n int)')
    await db.write('insert into acked select generate_series(1, 100)')
    const startMs = performance.now()
    const hung = errorOf(db.write(`insert into acked select 0 from generate_series(1, 1000000000000)`))
    const waiting = errorOf(db.write('insert into acked values (0)'))
    expect(await hung).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'unknown' })
    expect(await waiting).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'none' })
    await backAfterMs(db)
    // Under 5 s on a quiet machine (reliability.md, F22); a shared one may take longer to start a worker.
    expect(performance.now() - startMs).toBeLessThan(18_000)
    expect(await count(db)).toBe(100)
    expect(db.stats().restarts).toBe(1)
    expect(await metrics.text()).toContain('signalbox_db_restarts_total 1')
    await db.close()
  })

  it('refuses a value nested 60,000 deep as bad data, and goes on', async () => {
    const db = await openForTest(dataDir)
    const deep = '['.repeat(60_000) + ']'.repeat(60_000)
    expect(await errorOf(db.query('select $1::jsonb', [deep]))).toMatchObject({ code: '54001' })
    expect(await errorOf(db.query('select 1 / 0'))).toMatchObject({ code: '22012' })
    expect(db.stats().restarts).toBe(0)
    await db.close()
  })

  // In a process of its own: now and then the native stack overflow takes the whole process along.
  it('does not acknowledge a statement that the engine broke off, and holds what it acknowledged before', async () => {
    const program = startProgram(`
      const { openForTest } = await import(${projectFile('test/data-folder.ts')})
      const db = await openForTest(${JSON.stringify(dataDir)}, undefined, { durability: 'power' })
      await db.write('create table acked (n jsonb)')
      await db.write("insert into acked values ('1')")
      // Deeper than even the stack of the worker: no orderly check comes first.
      const abyss = '['.repeat(3_000_000) + ']'.repeat(3_000_000)
      await db.write('insert into acked values ($1)', [abyss]).then(
        () => console.log('acknowledged'),
        (error) => console.log('refused: ' + error.name + ' ' + error.outcome),
      )
      while (!(await db.query('select 1').catch(() => null))) await new Promise((turn) => setTimeout(turn, 20))
      console.log('back after restarts: ' + db.stats().restarts)
      await db.close()
    `)
    const { code } = await program.ended
    const orderly = ['refused: DatabaseUnavailable unknown', 'back after restarts: 1']
    expect(program.lines).toEqual(code === 0 ? orderly : orderly.slice(0, program.lines.length))
    const db = await openForTest(dataDir, undefined, durable)
    expect(await count(db)).toBe(1)
    await db.close()
  })

  it('gives back the connection of a transaction whose work never ends', async () => {
    const db = await openForTest(dataDir)
    await db.write('create table acked (n int)')
    const stuck = db.transaction(
      async (tx) => {
        await tx.query('insert into acked values (1)')
        await new Promise(() => {})
      },
      { deadlineMs: 200 },
    )
    expect(await errorOf(stuck)).toMatchObject({ name: 'DatabaseUnavailable', outcome: 'none' })
    await backAfterMs(db)
    expect(await count(db)).toBe(0)
    await db.close()
  })

  it('lets what is under way end when it closes, and takes no more', async () => {
    const db = await openForTest(dataDir, undefined, durable)
    await db.write('create table acked (n int)')
    const writes = Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => db.write('insert into acked values ($1)', [n])),
    )
    const startMs = performance.now()
    await db.close()
    // Under 5 s on a quiet machine (reliability.md, F22); a shared one may take longer to start a worker.
    expect(performance.now() - startMs).toBeLessThan(18_000)
    expect((await writes).filter((one) => one.status === 'rejected')).toEqual([])
    expect(await errorOf(db.write('insert into acked values (0)'))).toMatchObject({ outcome: 'none' })
    const again = await openForTest(dataDir)
    expect(await count(again)).toBe(50)
    await again.close()
  })
})
