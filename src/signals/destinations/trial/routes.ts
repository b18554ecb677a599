/** HTTP of trying a destination out: one sample sent now, what a template would send, and how it has been of late. */
import { z } from 'zod'
import { networkList, problem, type Guard, type ZodApp } from '../../../platform/http/index.ts'
import type { Database } from '../../../platform/db/index.ts'
import { nowMs, uuidv7 } from '../../../platform/runtime/index.ts'
import type { Attempt } from '../../outbox/settle.ts'
import type { Signal } from '../../signal.ts'
import { checkTemplate, defaultBody, renderTemplate, TEMPLATE_FIELDS } from '../../template.ts'
import type { DestinationBook } from '../book.ts'
import { templatePreview } from '../contract.ts'
import { bodyFor, type Destination } from '../destination.ts'
import { healthQuery, healthView, viewOfHealth } from '../health/contract.ts'
import { readHealth } from '../health/store.ts'

/** Sends one sample to a destination, outside the journal. */
export type TestSend = (destination: Destination, signal: Signal, body: string) => Promise<Attempt>

export interface TrialRoutePorts {
  db: Database
  guard: Guard
  book: DestinationBook
  egressAllow: ReturnType<typeof networkList>
  testSend: TestSend
}

const tags = ['destinations']
const byId = z.object({ id: z.uuid() })
const HOUR_MS = 3_600_000

export function findDestination(book: DestinationBook, id: string): Destination {
  const found = book.find(id)
  if (found === undefined) throw problem(404, 'not-found', 'There is no such destination.')
  return found
}

export function trialRoutes(app: ZodApp, ports: TrialRoutePorts): void {
  testRoute(app, ports)
  previewRoute(app, ports)
  healthRoute(app, ports)
}

function testRoute(app: ZodApp, { guard, book, testSend }: TrialRoutePorts): void {
  app.post(
    '/api/v1/destinations/:id/test',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Send one sample now; nothing is journaled',
        operationId: 'testDestination',
        params: byId,
        response: {
          200: z.object({
            outcome: z.string(),
            status: z.int().nullable(),
            latency_ms: z.number(),
            excerpt: z.string().nullable(),
            body: z.string(),
          }),
        },
      },
    },
    async (request) => {
      const destination = findDestination(book, request.params.id)
      const signal = sampleSignal()
      const body = bodyFor(destination, signal)
      const attempt = await testSend(destination, signal, body)
      return {
        outcome: attempt.outcome,
        status: attempt.status ?? null,
        latency_ms: attempt.latencyMs,
        excerpt: attempt.excerpt?.slice(0, 1_000) ?? null,
        body,
      }
    },
  )
}

function previewRoute(app: ZodApp, { guard }: TrialRoutePorts): void {
  app.post(
    '/api/v1/destinations/preview',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'What a template would send for a sample signal, or what is wrong with it and where',
        operationId: 'previewTemplate',
        body: z.strictObject({ template: z.string().max(20_000).optional() }),
        response: { 200: templatePreview },
      },
    },
    async ({ body: { template } }) => {
      const fields = [...TEMPLATE_FIELDS]
      const signal = sampleSignal()
      if (template === undefined) return { ok: true, body: defaultBody(signal, { action: true }), fields }
      const check = checkTemplate(template)
      if (!check.ok) return { ok: false, message: check.message, ...check.at, fields }
      return { ok: true, body: renderTemplate(template, signal), fields }
    },
  )
}

function healthRoute(app: ZodApp, { db, guard, book }: TrialRoutePorts): void {
  app.get(
    '/api/v1/destinations/:id/health',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'How its deliveries of the last hours ended, and what waits',
        operationId: 'getDestinationHealth',
        params: byId,
        querystring: healthQuery,
        response: { 200: healthView },
      },
    },
    async ({ params, query: { hours } }) => {
      const { id } = findDestination(book, params.id)
      return viewOfHealth(await readHealth(db, id, nowMs() - hours * HOUR_MS), hours)
    },
  )
}

function sampleSignal(): Signal {
  const atMs = nowMs()
  return {
    id: uuidv7(atMs),
    source: 'webhook',
    ticker: 'TEST',
    side: 'buy',
    price: '150.25',
    quantity: '1',
    strategy: 'test',
    occurredAtMs: atMs,
    receivedAtMs: atMs,
    body: '{}',
  }
}
