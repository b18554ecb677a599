/** Two gateways and two deliverers on one PostgreSQL, directly and through PgBouncer in transaction mode. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from './database.ts'
import { startPgBouncer, type PgBouncer } from './pgbouncer.ts'
import { requireService } from './services.ts'
import { freePort, get, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

const onServer = Boolean(process.env['TEST_DATABASE_URL'])
const pgbouncer = requireService('pgbouncer')
const TICKERS = ['AAPL', 'MSFT', 'NVDA', 'TSLA']

describe.skipIf(!onServer || pgbouncer === null)('four processes on one server, through its pooler', () => {
  let sink: Sink
  let database: TestDatabase
  let pooler: PgBouncer
  const programs: Program[] = []

  beforeAll(async () => {
    sink = await openSink()
    database = await freshDatabase()
    pooler = await startPgBouncer(pgbouncer!, database.url!)
    const { port } = new URL(pooler.url)
    const dataDir = database.dataDir
    for (const role of ['gateway', 'gateway', 'deliverer', 'deliverer']) {
      const env = {
        DATA_DIR: dataDir,
        DATABASE_URL: database.url!,
        USE_PGBOUNCER: 'true',
        PGBOUNCER_HOST: '127.0.0.1',
        PGBOUNCER_PORT: port,
        ROLES: role,
        DEST_WEBHOOK_URL: sink.url,
        DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
        TOP_N: '0',
      }
      programs.push(await startProgram(env, await freePort()))
    }
  })

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()))
    await pooler?.stop()
    await database?.close()
    await sink?.close()
  })

  it('deliver each approved signal, once under its id, in the order of its ticker', async () => {
    const sent = new Map<string, string[]>(TICKERS.map((ticker) => [ticker, []]))
    await Promise.all(
      TICKERS.map(async (ticker) => {
        for (let i = 0; i < 50; i++) {
          const body = { ticker, side: i % 2 ? 'SELL' : 'BUY', price: 10 + i, id: `${ticker}-${i}` }
          const answer = await post(`${programs[i % 2]!.url}/webhook/in`, body)
          expect(answer.status).toBe(202)
          sent.get(ticker)!.push(String(answer.body['id']))
        }
      }),
    )
    const total = TICKERS.length * 50
    await until(() => new Set(sink.arrivals.map((one) => one.body)).size >= total, 60_000)
    // Nobody crashes here, so nothing comes twice.
    const arrived = sink.arrivals.map((one) => JSON.parse(one.body) as { id: string; ticker: string })
    for (const ticker of TICKERS) {
      expect(arrived.filter((one) => one.ticker === ticker).map((one) => one.id)).toEqual(sent.get(ticker))
    }
    const { deliveries } = await get<{ deliveries: Record<string, number> }>(`${programs[0]!.url}/status`)
    expect(deliveries).toMatchObject({ pending: 0, delivered: total, dead: 0, expired: 0 })
  }, 120_000)
})
