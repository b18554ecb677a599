import { openDatabase, createGroupCommit, isDataError } from '../src/platform/db/index.ts'
import { createLogger } from '../src/platform/runtime/index.ts'
const log = createLogger({ level: 'warn', format: 'json' })
const dir = process.argv[2]!,
  durability = process.argv[3] as 'power',
  secs = Number(process.argv[4] ?? 4)
let t = performance.now()
const db = await openDatabase({
  dataDir: dir,
  url: process.env['U'],
  poolSize: 4,
  poolTimeoutSec: 10,
  poolRecycleSec: 3600,
  pgbouncer: false,
  durability,
  log,
})
await db.query('select 1')
console.log('open ms', Math.round(performance.now() - t), 'rss', Math.round(process.memoryUsage.rss() / 1e6))
await new Promise((r) => setTimeout(r, 3000))
console.log('rss at rest', Math.round(process.memoryUsage.rss() / 1e6))
await db.write('drop table if exists ins')
await db.write('create table ins(id uuid primary key, a text, b timestamptz, body text)')
const ins = async (n: number) => {
  const ids = [],
    a = [],
    b = [],
    body = []
  for (let i = 0; i < n; i++) {
    ids.push(crypto.randomUUID())
    a.push('AAPL')
    b.push(new Date().toISOString())
    body.push('{"ticker":"AAPL","side":"BUY","price":150.25,"strategy":"x"}')
  }
  await db.write(
    'insert into ins select * from unnest($1::uuid[],$2::text[],$3::timestamptz[],$4::text[])',
    [ids, a, b, body],
    { name: 'ins' },
  )
}
for (const conc of [1, 2, 4]) {
  let n = 0
  const lat: number[] = []
  t = performance.now()
  await Promise.all(
    Array.from({ length: conc }, async () => {
      while (performance.now() - t < secs * 1000) {
        const s = performance.now()
        await ins(64)
        lat.push(performance.now() - s)
        n += 64
      }
    }),
  )
  lat.sort((x, y) => x - y)
  const el = (performance.now() - t) / 1000
  console.log(
    `conc ${conc}: ${Math.round(n / el)} rows/s, ${Math.round(n / 64 / el)} groups/s, p50 ${lat[lat.length >> 1]!.toFixed(2)} p99 ${lat[Math.floor(lat.length * 0.99)]!.toFixed(2)} max ${lat.at(-1)!.toFixed(1)} ms`,
  )
}
const g = createGroupCommit<number, number>({
  commit: async (xs) => {
    await ins(xs.length)
    return xs
  },
  sizeMax: 256,
  groupsInFlight: 1,
  waitingMax: 100000,
  isDataError,
  deadlineMs: 5000,
})
let n = 0
t = performance.now()
await Promise.all(
  Array.from({ length: 512 }, async () => {
    while (performance.now() - t < secs * 1000) {
      await g.add(1)
      n++
    }
  }),
)
console.log('group commit 512 clients rows/s', Math.round((n / (performance.now() - t)) * 1000))
console.log(db.stats(), 'rss', Math.round(process.memoryUsage.rss() / 1e6))
await g.close()
t = performance.now()
await db.close()
console.log('close ms', Math.round(performance.now() - t))
