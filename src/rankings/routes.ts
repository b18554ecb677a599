/** HTTP of rankings by name: the list now, its past, and the stays of a ticker in it. */
import { z } from 'zod'
import { problem, type ZodApp } from '../platform/http/index.ts'
import { rankingSource } from './config.ts'
import { rankingView, snapshotView, stayView, viewOfRanking, viewOfSnapshot } from './contract.ts'
import { finvizRoutes } from './finviz/routes.ts'
import { insistOnUrl, tags, type RankingRoutePorts } from './ranking-ports.ts'
import { DEFAULT_RANKING } from './role.ts'
import { listSnapshots, listStays } from './store.ts'

const byName = z.object({ name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/) })
const unknown = (name: string) => problem(404, 'not-found', `There is no ranking named "${name}".`)

export async function rankingRoutes(app: ZodApp, ports: RankingRoutePorts): Promise<void> {
  finvizRoutes(app, ports)
  readRoutes(app, ports)
  changeRoutes(app, ports)
  historyRoute(app, ports)
  staysRoute(app, ports)
}

function view(name: string, { rankings }: RankingRoutePorts) {
  const state = rankings.state(name)
  if (state === null) throw unknown(name)
  return viewOfRanking(name, state)
}

function readRoutes(app: ZodApp, ports: RankingRoutePorts): void {
  const reads = { onRequest: ports.guard.read }
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
    async () => ({ items: ports.rankings.names().map((name) => view(name, ports)) }),
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
    async ({ params }) => view(params.name, ports),
  )
}

function changeRoutes(app: ZodApp, ports: RankingRoutePorts): void {
  const { guard, rankings, egressAllow } = ports
  const operates = { onRequest: guard.operate }
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
      if (body.kind !== 'static') insistOnUrl(body.url, egressAllow)
      await rankings.put(params.name, body)
      return view(params.name, ports)
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
      if (!(await rankings.remove(params.name))) throw unknown(params.name)
      return reply.code(204).send(null)
    },
  )
}

function historyRoute(app: ZodApp, { db, guard }: RankingRoutePorts): void {
  app.get(
    '/rankings/:name/history',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'What entered and left, newest first',
        operationId: 'rankingHistory',
        params: byName,
        querystring: z.object({
          until: z.iso
            .datetime({ offset: true })
            .transform((text) => Date.parse(text))
            .pipe(z.number().min(0))
            .optional()
            .describe('lists taken then or before: the first is the one in force then'),
          cursor: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: { 200: z.object({ items: z.array(snapshotView), next: z.string().nullable() }) },
      },
    },
    async ({ params, query: { cursor, until, limit } }) => {
      const rows = await listSnapshots(db, params.name, { beforeId: cursor, untilMs: until }, limit)
      return { items: rows.map(viewOfSnapshot), next: rows.length === limit ? rows.at(-1)!.id : null }
    },
  )
}

const STAYS_MAX = 100

function staysRoute(app: ZodApp, { db, guard }: RankingRoutePorts): void {
  app.get(
    '/rankings/:name/tickers/:ticker',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: `When a ticker was in the list: its last ${STAYS_MAX} stays, newest first`,
        operationId: 'rankingStays',
        params: byName.extend({ ticker: z.string().max(40) }),
        response: { 200: z.object({ items: z.array(stayView) }) },
      },
    },
    async ({ params }) => {
      const stays = await listStays(db, params.name, params.ticker.toUpperCase(), STAYS_MAX)
      const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
      return { items: stays.map(({ fromMs, toMs, rank }) => ({ from: iso(fromMs), to: iso(toMs), rank })) }
    },
  )
}
