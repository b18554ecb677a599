import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDataDir, openForTest, partitionedTables } from '../../../../test/data-folder.ts'
import { uuidv7Floor } from '../../runtime/index.ts'
import type { OpenDatabase } from '../connect.ts'
import { dropOldPartitions, ensurePartitions } from '../partitions.ts'

const DAY_MS = 86_400_000
const MB = 1024 * 1024
const PER_DAY = 8_000
const DAYS = 28

let dataDir: string
let db: OpenDatabase
beforeAll(async () => {
  dataDir = await freshDataDir()
  db = await openForTest(dataDir, undefined, { durability: 'power' })
})
afterAll(async () => {
  await db.close()
  rmSync(dataDir, { recursive: true })
})

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) =>
        sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
}

/** A day of signals of about a kilobyte each, and their deliveries coming and going. */
async function liveThrough(dayMs: number): Promise<void> {
  await ensurePartitions(db, partitionedTables, dayMs)
  const prefix = uuidv7Floor(dayMs).slice(0, 24)
  await db.write(
    `insert into signals (id, source, ticker, side, received_at, body, decision, reason, facts, decided_at)
     select ($1 || lpad(to_hex(n), 12, '0'))::uuid, 'webhook', 'AAPL', 'buy', to_timestamp($2::float8 / 1000),
            md5(n::text) || repeat('x', 700), 'approved', 'in-ranking', '{"rank": 1}', now()
       from generate_series(1, $3::int) n`,
    [prefix, dayMs, PER_DAY],
  )
  await db.write(
    `insert into outbox (signal_id, destination_id, ticker, side, body, created_at, due_at, max_age_at)
     select gen_random_uuid(), gen_random_uuid(), 'AAPL', 'buy', repeat('y', 500), now(), now(), now()
       from generate_series(1, $1::int)`,
    [PER_DAY],
  )
  await db.write('delete from outbox')
  await dropOldPartitions(db, partitionedTables, 7, dayMs)
}

describe('the folder of the embedded database', () => {
  it('stays bounded through four weeks of writes with a retention of one', { timeout: 180_000 }, async () => {
    const startMs = Date.now() - DAYS * DAY_MS
    const [before] = await db.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
    const dataMB: number[] = []
    let walMB = 0
    for (let day = 0; day < DAYS; day++) {
      await liveThrough(startMs + day * DAY_MS)
      const wal = bytesIn(join(dataDir, 'pg/pg_wal')) / MB
      walMB = Math.max(walMB, wal)
      dataMB.push(bytesIn(join(dataDir, 'pg')) / MB - wal)
    }
    const [after] = await db.query<{ written: number; outbox: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::int8 as written, pg_relation_size('outbox') as outbox`,
      [before!.lsn],
    )
    expect(after!.written / MB).toBeGreaterThan(450)
    // What is kept behind a checkpoint, what is written up to the next, and a few segments.
    expect(walMB).toBeLessThan(256 + 64 + 80)
    expect(after!.outbox / MB).toBeLessThan(80)
    expect(Math.max(...dataMB.slice(21))).toBeLessThan(Math.max(...dataMB.slice(7, 21)) * 1.25)
  })
})
