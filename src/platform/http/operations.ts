/** What operators and orchestrators ask: alive, ready, how each part is, and the metrics. */
import { z } from 'zod'
import type { Metrics } from '../runtime/index.ts'
import type { Guard } from './guard.ts'
import { unavailable } from './problem.ts'
import type { ZodApp } from './server.ts'

export interface Probe {
  name: string
  check(): Promise<{ ok: boolean; detail?: string }>
}

export interface OperationsPorts {
  guard: Guard
  metrics: Metrics
  probes: readonly Probe[]
  draining(): boolean
}

const part = z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })

export async function operationRoutes(
  app: ZodApp,
  { guard, metrics, probes, draining }: OperationsPorts,
): Promise<void> {
  const check = () => Promise.all(probes.map(async ({ name, check }) => ({ name, ...(await check()) })))
  app.get(
    '/health',
    {
      schema: {
        tags: ['operations'],
        summary: 'Alive',
        operationId: 'health',
        security: [],
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )
  app.get(
    '/health/ready',
    {
      schema: {
        tags: ['operations'],
        summary: 'Takes traffic',
        operationId: 'ready',
        security: [],
        response: { 200: z.object({ status: z.literal('ready') }) },
      },
    },
    async () => {
      if (draining()) throw unavailable('Shutting down.')
      const failed = (await check()).find(({ ok }) => !ok)
      if (failed !== undefined) throw unavailable(`${failed.name} is not ready.`)
      return { status: 'ready' as const }
    },
  )
  app.get(
    '/health/detailed',
    {
      onRequest: guard.readOrLoopback,
      schema: {
        tags: ['operations'],
        summary: 'How each part is',
        operationId: 'healthDetailed',
        response: {
          200: z.object({ status: z.enum(['ok', 'degraded']), draining: z.boolean(), parts: z.array(part) }),
        },
      },
    },
    async () => {
      const parts = await check()
      return {
        status: parts.every(({ ok }) => ok) ? ('ok' as const) : ('degraded' as const),
        draining: draining(),
        parts,
      }
    },
  )
  app.get(
    '/metrics',
    {
      onRequest: guard.readOrLoopback,
      schema: {
        tags: ['operations'],
        summary: 'Prometheus metrics',
        operationId: 'metrics',
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.text()),
  )
}
