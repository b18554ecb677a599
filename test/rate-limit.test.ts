/** The limit as the receiver sees it: never more than it says in any sliding minute, whoever delivers. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshStore, openSink, post, startProgram, until } from './stage.ts'
import type { Program, Sink } from './stage.ts'

const PER_MINUTE = 60
/** The measuring socket and the permit lie a few milliseconds apart. */
const MINUTE_MS = 60_000 - 250
const onServer = Boolean(process.env['TEST_DATABASE_URL'])

let sink: Sink
let store: Awaited<ReturnType<typeof freshStore>>
const programs: Program[] = []

beforeAll(async () => {
  sink = await openSink()
  store = await freshStore()
  const env = {
    ...store.env,
    DEST_WEBHOOK_URL: sink.url,
    DEST_WEBHOOK_MAX_REQ_PER_MIN: String(PER_MINUTE),
    DEST_WEBHOOK_MAX_AGE_SEC: '600',
    TOP_N: '0',
  }
  for (const role of onServer ? ['all', 'deliverer'] : ['all'])
    programs.push(await startProgram({ ...env, ROLES: role }))
})

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()))
  await store?.close()
  await sink?.close()
})

it('is kept in every sliding minute, in total, and nothing is lost by waiting', async () => {
  const count = PER_MINUTE + 20
  for (let i = 0; i < count; i++) {
    await post(`${programs[0]!.url}/webhook/in`, {
      ticker: `T${i % 30}`,
      side: 'BUY',
      price: 1 + i,
      id: `r-${i}`,
    })
  }
  await until(() => sink.arrivals.length >= count, 100_000)
  const times = sink.arrivals.map((one) => one.atMs).toSorted((a, b) => a - b)
  for (const startMs of times) {
    expect(times.filter((atMs) => atMs >= startMs && atMs < startMs + MINUTE_MS).length).toBeLessThanOrEqual(
      PER_MINUTE,
    )
  }
  expect(times[PER_MINUTE - 1]! - times[0]!).toBeLessThan(30_000)
}, 120_000)
