/** `GET /status`: counts, queues, the ranking. */
import { z } from 'zod'
import type { ZodApp } from '../platform/http/index.ts'
import { monotonicMs, nowMs } from '../platform/runtime/index.ts'
import { DEFAULT_RANKING, viewOfRanking } from '../rankings/index.ts'
import { countPending, readCounters, ruleText } from '../signals/index.ts'
import type { Ground } from './ground.ts'
import type { Pipeline } from './pipeline.ts'
import { VERSION } from './version.ts'

const count = z.int()
const status = z
  .object({
    version: z.string(),
    uptime_sec: z.int(),
    demo: z.boolean(),
    durability: z.enum(['power', 'process']),
    roles: z.array(z.string()),
    signals: z.object({ received: count, approved: count, rejected: count, duplicate: count, held: count }),
    deliveries: z.object({ pending: count, delivered: count, failed: count, expired: count, dead: count }),
    queue: z.object({ size: count, max: count }),
    ranking: z.object({
      name: z.string(),
      taken_at: z.iso.datetime().nullable(),
      stale: z.boolean(),
      outcome: z.string().nullable(),
      top_n: count,
      rule: z.string(),
      tickers: z.array(z.string()),
    }),
    workers: z.object({ deciding: count, lanes_held: count }),
  })
  .meta({ id: 'Status' })

async function readStatus({ config, db }: Ground, pipeline: Pipeline): Promise<z.infer<typeof status>> {
  const counters = await readCounters(db)
  const n = (name: string) => counters.get(name) ?? 0
  const state = pipeline.rankings.state(DEFAULT_RANKING)!
  const ranking = viewOfRanking(DEFAULT_RANKING, state)
  const { topN } = pipeline.rankings.settings()
  // A later decision moves a signal from one count to another.
  const [lateYes, lateNo] = [n('redecided-approved'), n('redecided-rejected')]
  const heldLeft = n('held') - n('unheld')
  return {
    version: VERSION,
    uptime_sec: Math.floor(monotonicMs() / 1000),
    demo: config.demo,
    durability: db.durability,
    roles: [...config.roles],
    signals: {
      received: n('received'),
      approved: n('approved') + lateYes,
      rejected: n('rejected') + lateNo - n('unrejected'),
      duplicate: n('duplicate'),
      held: heldLeft,
    },
    deliveries: {
      pending: await countPending(db, config.queueMaxSize),
      delivered: n('delivered'),
      failed: n('failed'),
      expired: n('expired'),
      dead: n('dead'),
    },
    queue: { size: pipeline.queueSize(), max: config.queueMaxSize },
    ranking: {
      name: ranking.name,
      taken_at: ranking.taken_at,
      stale: ranking.stale,
      outcome: ranking.outcome,
      top_n: topN,
      rule: topN === 0 ? 'none' : ruleText(topN),
      tickers: ranking.tickers.slice(0, Math.max(topN, 1)).map(({ ticker }) => ticker),
    },
    workers: { deciding: pipeline.journal.waiting, lanes_held: pipeline.deliverer?.holding ?? 0 },
  }
}

export async function statusRoutes(
  app: ZodApp,
  { ground, pipeline }: { ground: Ground; pipeline: Pipeline },
): Promise<void> {
  const cached = brieflyCached(() => readStatus(ground, pipeline))
  app.get(
    '/status',
    {
      schema: {
        tags: ['operations'],
        summary: 'Counts since the retention window began',
        operationId: 'status',
        security: [],
        response: { 200: status },
      },
    },
    cached,
  )
}

/** Anybody may ask; the database is asked at most twice a second. */
function brieflyCached<T>(read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  let askedMs = 0
  return () => {
    if (answer === null || nowMs() - askedMs > 500) {
      askedMs = nowMs()
      answer = read()
      answer.catch(() => (answer = null))
    }
    return answer
  }
}
