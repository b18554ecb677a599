/** HTTP of the flow: what came in, passed and went out, minute by minute. */
import { z } from 'zod'
import type { Database } from '../../platform/db/index.ts'
import type { Guard, ZodApp } from '../../platform/http/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import { flowView, viewOfFlow } from './contract.ts'
import { perMinute } from './minutes.ts'
import { countSources, readSamples } from './store.ts'

const MINUTE_MS = 60_000

export async function flowRoutes(app: ZodApp, { db, guard }: { db: Database; guard: Guard }): Promise<void> {
  app.get(
    '/api/v1/flow',
    {
      onRequest: guard.read,
      schema: {
        tags: ['audit'],
        summary: 'What came in, passed and went out in each of the last minutes, and from which sources',
        operationId: 'getFlow',
        querystring: z.object({ minutes: z.coerce.number().int().min(1).max(1_440).default(60) }),
        response: { 200: flowView },
      },
    },
    async ({ query: { minutes } }) => {
      const atMs = nowMs()
      const samples = await readSamples(db, minutes)
      return viewOfFlow(perMinute(samples, minutes, atMs), await countSources(db, atMs - minutes * MINUTE_MS))
    },
  )
}
