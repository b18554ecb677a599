import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger, uuidv7Floor } from '../runtime/index.ts'
import { DatabaseUnavailable } from './errors.ts'
import { dropOldPartitions, ensurePartitions, startPartitionKeeper } from './partitions.ts'

const DAY_MS = 86_400_000
/** A Wednesday. */
const NOW = Date.UTC(2026, 2, 4, 12)

let test: TestDatabase
beforeAll(async () => {
  test = await freshDatabase({ empty: true })
})
afterAll(() => test.close())
beforeEach(async () => {
  await test.db.write(`
    drop schema public cascade; create schema public;
    create table facts (id uuid primary key, note text) partition by range (id);
    create table steps (signal_id uuid not null, note text) partition by range (signal_id);
    create index steps_signal on steps (signal_id)`)
})

const put = (atMs: number, note = '') =>
  test.db.write('insert into facts values ($1, $2)', [uuidv7Floor(atMs), note])
const weeks = (table: string) =>
  ['20260223', '20260302', '20260309', '20260316', '20260323'].map((day) => `${table}_w${day}`)

describe('partitions', () => {
  it('cover one week back and three ahead, for each table, and are made once', async () => {
    expect(await ensurePartitions(test.db, ['facts', 'steps'], NOW)).toEqual([
      ...weeks('facts'),
      ...weeks('steps'),
    ])
    expect(await ensurePartitions(test.db, ['facts', 'steps'], NOW)).toEqual([])
    expect(await ensurePartitions(test.db, ['facts', 'steps'], NOW + 7 * DAY_MS)).toEqual([
      'facts_w20260330',
      'steps_w20260330',
    ])
  })

  it.each([
    ['the first millisecond of the week before', Date.UTC(2026, 1, 23), 'facts_w20260223'],
    ['the last millisecond before Monday', Date.UTC(2026, 2, 2) - 1, 'facts_w20260223'],
    ['the first millisecond of Monday', Date.UTC(2026, 2, 2), 'facts_w20260302'],
    ['now', NOW, 'facts_w20260302'],
    ['three weeks from now', NOW + 21 * DAY_MS, 'facts_w20260323'],
  ])('take %s into the week it belongs to', async (_, atMs, partition) => {
    await ensurePartitions(test.db, ['facts'], NOW)
    await put(atMs)
    expect(await test.db.query('select tableoid::regclass::text as partition from facts')).toEqual([
      { partition },
    ])
  })

  it('refuse a time outside them as unavailable, and take it when they have been made', async () => {
    await ensurePartitions(test.db, ['facts'], NOW)
    const later = NOW + 60 * DAY_MS
    await expect(put(later)).rejects.toBeInstanceOf(DatabaseUnavailable)
    await ensurePartitions(test.db, ['facts'], later)
    await put(later)
    expect(await test.db.query('select count(*) from facts')).toEqual([{ count: 1 }])
  })

  it('are made once when many ask at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => ensurePartitions(test.db, ['facts'], NOW)))
    expect(made.flat().toSorted()).toEqual(weeks('facts'))
  })

  it('are dropped oldest first, one a call and table, when all in them is past its retention', async () => {
    const longAgo = NOW - 40 * DAY_MS
    for (const atMs of [longAgo, NOW]) await ensurePartitions(test.db, ['facts', 'steps'], atMs)
    await put(longAgo, 'old')
    await put(NOW, 'new')
    expect(await dropOldPartitions(test.db, ['facts', 'steps'], 30, NOW)).toEqual([
      'facts_w20260112',
      'steps_w20260112',
    ])
    expect(await dropOldPartitions(test.db, ['facts', 'steps'], 30, NOW)).toEqual([
      'facts_w20260119',
      'steps_w20260119',
    ])
    expect(await dropOldPartitions(test.db, ['facts', 'steps'], 30, NOW)).toEqual([
      'facts_w20260126',
      'steps_w20260126',
    ])
    expect(await test.db.query('select note from facts')).toEqual([{ note: 'new' }])
    expect(await dropOldPartitions(test.db, ['facts', 'steps'], 30, NOW)).toEqual([])
  })

  it('stay when only part of them is past its retention', async () => {
    await ensurePartitions(test.db, ['facts'], NOW)
    expect(await dropOldPartitions(test.db, ['facts'], 3, NOW)).toEqual([])
    expect(await dropOldPartitions(test.db, ['facts'], 2, NOW)).toEqual(['facts_w20260223'])
  })

  it('stay when it is our clock that has jumped ahead of the database', async () => {
    const present = Date.now()
    await ensurePartitions(test.db, ['facts'], present)
    expect(await dropOldPartitions(test.db, ['facts'], 30, present + 3_650 * DAY_MS)).toEqual([])
  })

  it('made by hand are left alone', async () => {
    await test.db.write(
      `create table facts_old partition of facts for values from (minvalue) to ('${uuidv7Floor(0)}')`,
    )
    expect(await dropOldPartitions(test.db, ['facts'], 1, NOW)).toEqual([])
  })

  it('are there for now as soon as their keeper has started', async () => {
    const log = createLogger({ level: 'silent', format: 'json' })
    const keeper = await startPartitionKeeper(test.db, { tables: ['facts'], retentionDays: 30, log })
    await put(Date.now())
    await keeper.stop()
    expect(await test.db.query('select count(*) from facts')).toEqual([{ count: 1 }])
  })
})
