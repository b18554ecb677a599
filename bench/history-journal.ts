/** A journal of as many signals as asked for, written straight into an embedded database, gathered for searching. */
import { join } from 'node:path'
import { ensurePartitions, migrate, openDatabase } from '../src/platform/db/index.ts'
import { createLogger } from '../src/platform/runtime/index.ts'
import { say } from './report.ts'

const CHUNK = 20_000
const SPACING_MS = 500
const DEADLINE = { deadlineMs: 120_000 }
const PARTITIONED = ['signals', 'decisions', 'deliveries', 'attempts', 'signal_search']

/** Common, rare and correlated values: a filter that few signals match must be as quick as one that most do. */
const SIGNALS = `insert into signals (id, source, ticker, exchange, side, price, quantity, strategy, received_at, body, decision,
    reason, facts, decided_at)
  select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(g % 4096), 3, '0') || '8000' || lpad(to_hex(g), 12, '0'))::uuid,
    case when g % 1000 = 0 then 'manual' else 'webhook' end, 'T' || g % 500, 'NASDAQ',
    case when g % 3 = 0 then 'sell' else 'buy' end, 100 + g % 100, 1, 'strategy-' || g % 20, to_timestamp(ms / 1000.0),
    '{"ticker":"T' || g % 500 || '","comment":"breakout number ' || g || ' on the daily chart"}',
    case when g % 4 = 0 then 'approved' else 'rejected' end,
    case when g % 4 = 0 then 'in-ranking' when g % 5000 = 1 then 'ranking-stale' else 'not-in-ranking' end,
    '{"rank":null,"topN":15}', to_timestamp(ms / 1000.0)
  from (select g, ($3::bigint + g * ${SPACING_MS})::bigint as ms from generate_series($1::int, $2::int) g) x`
const DELIVERIES = `insert into deliveries (seq, signal_id, destination_id, ticker, side, state, reason, body, created_at, ended_at, attempts)
  select row_number() over (order by id), id, '0199b1c0-0000-7000-8000-00000000000a', ticker, side,
    case when hashtext(id::text) % 5000 = 0 then 'dead' else 'delivered' end, 'delivered', '', received_at, received_at, 1
  from signals where decision = 'approved' and id >= $1 and id <= $2`
const GATHERED = `insert into signal_search (signal_id, words) select id, signal_words(s) from signals s where id >= $1 and id <= $2`

export async function writeJournal(dataDir: string, signals: number, nowMs: number): Promise<void> {
  const db = await openDatabase({
    dataDir,
    url: undefined,
    poolSize: 1,
    poolTimeoutSec: 30,
    poolRecycleSec: 3_600,
    pgbouncer: false,
    durability: 'process',
    log: createLogger({ level: 'error', format: 'json' }),
  })
  await migrate(db, join(import.meta.dirname, '../migrations'))
  await ensurePartitions(db, PARTITIONED, nowMs)
  const startMs = nowMs - signals * SPACING_MS - 5_000
  for (let from = 0; from < signals; from += CHUNK) {
    const rows = await db.query<{ id: string }>(
      `${SIGNALS} returning id`,
      [from, Math.min(from + CHUNK, signals) - 1, startMs],
      DEADLINE,
    )
    const ends = [rows[0]!.id, rows.at(-1)!.id]
    await db.query(DELIVERIES, ends, DEADLINE)
    await db.query(GATHERED, ends, DEADLINE)
    await db.query('update signal_search_progress set indexed_to = $1', [ends[1]])
    if ((from / CHUNK) % 10 === 9) say(`${(from + CHUNK).toLocaleString('en')} signals`)
  }
  await db.query(`insert into counters (day, node, name, n) values (current_date, 'bench', 'received', $1)`, [
    signals,
  ])
  for (const table of ['signals', 'signal_search', 'deliveries'])
    await db.query(`vacuum (analyze) ${table}`, [], DEADLINE)
  await db.close()
}
