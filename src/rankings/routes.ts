/** HTTP of rankings: the older program's Finviz calls, and rankings by name. */
import { z } from 'zod'
import type { Database } from '../platform/db/index.ts'
import { judgeUrl, problem, type Guard, type networkList, type ZodApp } from '../platform/http/index.ts'
import { nowMs } from '../platform/runtime/index.ts'
import { finvizConfig, finvizView, rankingSource } from './config.ts'
import { DEFAULT_RANKING, type Rankings, type RankingState } from './role.ts'
import { listSnapshots } from './store.ts'

export interface RankingRoutePorts {
  db: Database
  guard: Guard
  rankings: Rankings
  egressAllow: ReturnType<typeof networkList>
}

const tags = ['rankings']
const instant = z.iso.datetime()
const finvizAnswer = z.object({
  url: z.string().nullable(),
  top_n: z.int(),
  refresh: z.int(),
  reprocess_enabled: z.boolean(),
  reprocess_window_seconds: z.int(),
})
export const rankingView = z
  .object({
    name: z.string(),
    kind: z.string().nullable(),
    taken_at: instant.nullable(),
    age_sec: z.number().nullable(),
    stale: z.boolean(),
    paused: z.boolean(),
    outcome: z.string().nullable().describe('of the last look'),
    message: z.string().nullable(),
    total: z.int().nullable().describe("the screener's own count"),
    tickers: z.array(z.object({ rank: z.int(), ticker: z.string() })),
    entered: z.array(z.string()),
    left: z.array(z.string()),
  })
  .meta({ id: 'Ranking' })

const byName = z.object({ name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/) })

export function viewOfRanking(
  name: string,
  { stored, snapshot, stale }: RankingState,
): z.infer<typeof rankingView> {
  return {
    name,
    kind: stored.config.source?.kind ?? null,
    taken_at: snapshot === null ? null : new Date(snapshot.takenAtMs).toISOString(),
    age_sec: snapshot === null ? null : Math.max(0, Math.round((nowMs() - snapshot.lastSeenAtMs) / 1000)),
    stale,
    paused: stored.paused,
    outcome: stored.lastOutcome,
    message: stored.lastMessage,
    total: snapshot?.total ?? null,
    tickers: (snapshot?.tickers ?? []).map((ticker, i) => ({ rank: i + 1, ticker })),
    entered: [...(snapshot?.entered ?? [])],
    left: [...(snapshot?.left ?? [])],
  }
}

export async function rankingRoutes(
  app: ZodApp,
  { db, guard, rankings, egressAllow }: RankingRoutePorts,
): Promise<void> {
  finvizRoutes(app, { db, guard, rankings, egressAllow })
  const view = (name: string) => {
    const state = rankings.state(name)
    if (state === null) throw problem(404, 'not-found', `There is no ranking named "${name}".`)
    return viewOfRanking(name, state)
  }
  const insistOnUrl = (url: string) => {
    const judged = judgeUrl(url, egressAllow)
    if (judged.verdict === 'refused')
      throw problem(400, `url-${judged.reason}`, judged.message, { field: 'url' })
  }

  const reads = { onRequest: guard.read }
  const operates = { onRequest: guard.operate }
  app.get(
    '/rankings',
    {
      ...reads,
      schema: {
        tags,
        summary: 'All rankings',
        operationId: 'listRankings',
        response: { 200: z.object({ items: z.array(rankingView) }) },
      },
    },
    async () => ({ items: rankings.names().map(view) }),
  )
  app.get(
    '/rankings/:name',
    {
      ...reads,
      schema: {
        tags,
        summary: 'One ranking',
        operationId: 'getRanking',
        params: byName,
        response: { 200: rankingView },
      },
    },
    async ({ params }) => view(params.name),
  )
  app.put(
    '/rankings/:name',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Make or replace a ranking',
        operationId: 'putRanking',
        params: byName,
        body: rankingSource,
        response: { 200: rankingView },
      },
    },
    async ({ params, body }) => {
      if (body.kind !== 'static') insistOnUrl(body.url)
      await rankings.put(params.name, body)
      return view(params.name)
    },
  )
  app.delete(
    '/rankings/:name',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Remove a ranking',
        operationId: 'deleteRanking',
        params: byName,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      if (params.name === DEFAULT_RANKING)
        throw problem(409, 'needed', 'The gate needs this ranking; change it instead.')
      if (!(await rankings.remove(params.name)))
        throw problem(404, 'not-found', `There is no ranking named "${params.name}".`)
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/rankings/:name/history',
    {
      ...reads,
      schema: {
        tags,
        summary: 'What entered and left, newest first',
        operationId: 'rankingHistory',
        params: byName,
        querystring: z.object({
          cursor: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: {
          200: z.object({
            items: z.array(
              z.object({
                id: z.uuid(),
                taken_at: instant,
                last_seen_at: instant,
                tickers: z.array(z.string()),
                entered: z.array(z.string()),
                left: z.array(z.string()),
              }),
            ),
            next: z.string().nullable(),
          }),
        },
      },
    },
    async ({ params, query: { cursor, limit } }) => {
      const rows = await listSnapshots(db, params.name, cursor, limit)
      return {
        items: rows.map((row) => ({
          id: row.id,
          taken_at: new Date(row.takenAtMs).toISOString(),
          last_seen_at: new Date(row.lastSeenAtMs).toISOString(),
          tickers: [...row.tickers],
          entered: [...row.entered],
          left: [...row.left],
        })),
        next: rows.length === limit ? rows.at(-1)!.id : null,
      }
    },
  )
}

/** Under the names of the older program; its own token opens them too. */
function finvizRoutes(app: ZodApp, { guard, rankings, egressAllow }: RankingRoutePorts): void {
  const reads = { onRequest: guard.oneOf('finviz', 'read') }
  const operates = { onRequest: guard.oneOf('finviz', 'operate') }
  const view = (name: string) => {
    const state = rankings.state(name)
    if (state === null) throw problem(404, 'not-found', `There is no ranking named "${name}".`)
    return viewOfRanking(name, state)
  }
  const insistOnUrl = (url: string) => {
    const judged = judgeUrl(url, egressAllow)
    if (judged.verdict === 'refused')
      throw problem(400, `url-${judged.reason}`, judged.message, { field: 'url' })
  }

  app.get(
    '/finviz/config',
    {
      ...reads,
      schema: {
        tags,
        summary: 'The screener in force',
        operationId: 'getFinvizConfig',
        response: { 200: finvizAnswer },
      },
    },
    async () => finvizView(rankings.state(DEFAULT_RANKING)!.stored.config),
  )
  app.post(
    '/finviz/config',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Change the screener',
        operationId: 'setFinvizConfig',
        body: finvizConfig,
        response: { 200: finvizAnswer },
      },
    },
    async ({ body }) => {
      if (Object.keys(body).length === 0)
        throw problem(
          400,
          'invalid',
          'Say at least one of url, top_n, refresh, reprocess_enabled, reprocess_window_seconds.',
        )
      if (body.url !== undefined) insistOnUrl(body.url)
      return finvizView(await rankings.change(body, false))
    },
  )
  for (const [word, wish] of [
    ['refresh', { refresh: true }],
    ['pause', { paused: true }],
    ['resume', { paused: false, refresh: true }],
  ] as const) {
    app.post(
      `/finviz/${word}`,
      {
        ...operates,
        schema: {
          tags,
          summary: `${word} the screener`,
          operationId: `${word}Finviz`,
          response: { 202: rankingView },
        },
      },
      async (_request, reply) => {
        await rankings.wish(DEFAULT_RANKING, wish)
        reply.code(202)
        return view(DEFAULT_RANKING)
      },
    )
  }
}
