/** HTTP of the gate's screener under the names of the older program; its own token opens them too. */
import { z } from 'zod'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { finvizConfig, finvizView } from '../config.ts'
import { finvizAnswer, rankingPreview, rankingView, viewOfPreview, viewOfRanking } from '../contract.ts'
import { DEFAULT_RANKING } from '../role.ts'
import { insistOnUrl, tags, type RankingRoutePorts } from '../ranking-ports.ts'
import { difference } from '../snapshot.ts'

export function finvizRoutes(app: ZodApp, ports: RankingRoutePorts): void {
  configRoutes(app, ports)
  previewRoute(app, ports)
  wishRoutes(app, ports)
}

function configRoutes(app: ZodApp, { guard, rankings, egressAllow }: RankingRoutePorts): void {
  app.get(
    '/finviz/config',
    {
      onRequest: guard.oneOf('finviz', 'read'),
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
      onRequest: guard.oneOf('finviz', 'operate'),
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
      if (body.url !== undefined) insistOnUrl(body.url, egressAllow)
      return finvizView(await rankings.change(body, false))
    },
  )
}

function previewRoute(app: ZodApp, { guard, rankings, egressAllow }: RankingRoutePorts): void {
  app.post(
    '/finviz/preview',
    {
      onRequest: guard.oneOf('finviz', 'operate'),
      schema: {
        tags,
        summary: 'Read a screener once, without taking it: its tickers, and what would enter and leave',
        operationId: 'previewFinviz',
        body: z.strictObject({ url: finvizConfig.shape.url.unwrap() }),
        response: { 200: rankingPreview },
      },
    },
    async ({ body: { url } }) => {
      insistOnUrl(url, egressAllow)
      const reading = await rankings.preview({ kind: 'finviz', url })
      if (reading === null)
        throw problem(409, 'preview-running', 'Another preview is under way: screeners are asked one by one.')
      if (reading.outcome !== 'ok') {
        const { outcome, message } = reading
        return { ok: false, outcome, message, total: null, tickers: [], entered: [], left: [] }
      }
      const topN = Math.max(rankings.settings().topN, 1)
      const now = rankings.state(DEFAULT_RANKING)!.snapshot?.tickers ?? []
      const [inForce, tickers] = [now.slice(0, topN), reading.tickers.slice(0, topN)]
      return viewOfPreview(tickers, reading.total, difference(inForce, tickers))
    },
  )
}

function wishRoutes(app: ZodApp, { guard, rankings }: RankingRoutePorts): void {
  for (const [word, wish] of [
    ['refresh', { refresh: true }],
    ['pause', { paused: true }],
    ['resume', { paused: false, refresh: true }],
  ] as const) {
    app.post(
      `/finviz/${word}`,
      {
        onRequest: guard.oneOf('finviz', 'operate'),
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
        return viewOfRanking(DEFAULT_RANKING, rankings.state(DEFAULT_RANKING)!)
      },
    )
  }
}
