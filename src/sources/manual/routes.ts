/** HTTP of the sell desk, under the names of the older program. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problem, type Guard, type ZodApp } from '../../platform/http/index.ts'
import type { SellDesk } from './sell-desk.ts'

const tags = ['sell desk']
const token = z.string().max(200).optional().describe('or a bearer token')

const outcome = z.object({
  ticker: z.string(),
  outcome: z.enum(['sold', 'already', 'not-open']),
  signal_id: z.uuid().nullable(),
})

export async function sellRoutes(
  app: ZodApp,
  { desk, guard }: { desk: SellDesk; guard: Guard },
): Promise<void> {
  /** Before the body is looked at any further: by a token in it, else as any other call. */
  const insist = async (request: FastifyRequest) => {
    const { token } = Object(request.body) as { token?: unknown }
    if (typeof token === 'string' && guard.accepts('sell', token)) return
    await guard.oneOf('sell', 'operate')(request)
  }

  app.get(
    '/sell/list',
    {
      onRequest: guard.oneOf('sell', 'read'),
      schema: {
        tags,
        summary: 'What is open',
        operationId: 'listOpen',
        response: {
          200: z.object({
            items: z.array(
              z.object({
                ticker: z.string(),
                state: z.enum(['open', 'unconfirmed', 'closing']),
                opened_at: z.iso.datetime().nullable(),
                price: z.string().nullable(),
                signal_id: z.uuid(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      items: (await desk.list()).map((open) => ({
        ticker: open.ticker,
        state: open.state,
        opened_at: open.openedAtMs === null ? null : new Date(open.openedAtMs).toISOString(),
        price: open.price,
        signal_id: open.signalId,
      })),
    }),
  )

  app.post(
    '/sell/individual',
    {
      preValidation: insist,
      schema: {
        tags,
        summary: 'Sell one open ticker',
        operationId: 'sellOne',
        body: z.strictObject({ ticker: z.string().trim().min(1).max(40), token }),
        response: { 202: outcome },
      },
    },
    async (request, reply) => {
      const ticker = request.body.ticker.toUpperCase()
      const sold = await desk.sellOne(ticker, guard.address(request))
      if (sold.outcome === 'not-open')
        throw problem(404, 'not-open', `${ticker} is not open here.`, { field: 'ticker' })
      reply.code(202)
      return { ticker, outcome: sold.outcome, signal_id: sold.signalId }
    },
  )

  app.post(
    '/sell/all',
    {
      preValidation: insist,
      schema: {
        tags,
        summary: 'Sell every open ticker',
        operationId: 'sellAll',
        body: z.strictObject({ token }).optional(),
        response: { 202: z.object({ sold: z.int(), items: z.array(outcome) }) },
      },
    },
    async (request, reply) => {
      const all = await desk.sellAll(guard.address(request))
      reply.code(202)
      return {
        sold: all.filter((one) => one.outcome === 'sold').length,
        items: all.map(({ ticker, outcome, signalId }) => ({ ticker, outcome, signal_id: signalId })),
      }
    },
  )
}
