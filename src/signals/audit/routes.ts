/** HTTP of the audit trail: signals, one signal's timeline, deliveries, replay, and the export. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Database } from '../../platform/db/index.ts'
import { problem, type Guard, type ZodApp } from '../../platform/http/index.ts'
import { replayDeliveries } from '../outbox/store.ts'
import {
  deliveryPage,
  signalPage,
  filterOf,
  signalFilter,
  signalQuery,
  signalTrail,
  viewOfDelivery,
  viewOfSignal,
  viewOfTrail,
} from './contract.ts'
import { DELIVERY_STATES } from '../outbox/delivery.ts'
import { wantedWords } from '../search/words.ts'
import { exportLines } from './export.ts'
import { listDeliveries, listSignals, readTrail } from './store.ts'

export interface AuditRoutePorts {
  db: Database
  guard: Guard
  /** Something was put back into the outbox. */
  onQueued(): void
}

const tags = ['audit']
const REPLAY_MAX = 10_000

const replayBody = z.strictObject({
  deliveries: z
    .array(z.object({ signal_id: z.uuid(), seq: z.int().min(1) }))
    .min(1)
    .max(REPLAY_MAX)
    .optional()
    .describe('just these'),
  state: z.enum(['dead', 'expired']).optional().describe('or all that ended so'),
  destination_id: z.uuid().optional(),
  since: z.iso.datetime().optional().describe('or all made since then'),
  force: z.boolean().default(false).describe('send whatever its age'),
})

export async function auditRoutes(app: ZodApp, ports: AuditRoutePorts): Promise<void> {
  signalRoutes(app, ports)
  exportRoute(app, ports)
  deliveryRoutes(app, ports)
}

function signalRoutes(app: ZodApp, { db, guard }: AuditRoutePorts): void {
  const reads = { onRequest: guard.read }
  app.get(
    '/api/v1/signals',
    {
      ...reads,
      schema: {
        tags,
        summary: 'Signals, newest first',
        operationId: 'listSignals',
        querystring: signalQuery,
        response: { 200: signalPage },
      },
    },
    async ({ query: { cursor, limit, skip, ...filter } }) => {
      if (skip > 0 && wantedWords(filterOf(filter)) !== null)
        throw problem(400, 'skip-with-filter', 'Only times can be skipped through: follow `next` instead.', {
          field: 'skip',
        })
      const rows = await listSignals(db, { ...filterOf(filter), beforeId: cursor }, limit, skip)
      return { items: rows.map(viewOfSignal), next: rows.length === limit ? rows.at(-1)!.id : null }
    },
  )

  app.get(
    '/api/v1/signals/:id',
    {
      ...reads,
      schema: {
        tags,
        summary: 'One signal with its timeline',
        operationId: 'getSignal',
        params: z.object({ id: z.uuid() }),
        response: { 200: signalTrail },
      },
    },
    async (request) => {
      const trail = await readTrail(db, request.params.id)
      if (trail === null)
        throw problem(404, 'not-found', 'There is no such signal, or it is past its retention.')
      return viewOfTrail(trail)
    },
  )
}

function exportRoute(app: ZodApp, { db, guard }: AuditRoutePorts): void {
  app.get(
    '/api/v1/signals/export',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'All signals that match, as CSV or NDJSON, streamed',
        operationId: 'exportSignals',
        querystring: signalFilter.extend({ format: z.enum(['csv', 'ndjson']).default('csv') }),
        produces: ['text/csv', 'application/x-ndjson'],
      },
    },
    async ({ query: { format, ...filter } }, reply) => {
      const lines = exportLines(format, (beforeId, limit) =>
        listSignals(db, { ...filterOf(filter), beforeId }, limit),
      )
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
        .header('content-disposition', `attachment; filename="signals.${format}"`)
        .send(Readable.from(lines))
    },
  )
}

function deliveryRoutes(app: ZodApp, { db, guard, onQueued }: AuditRoutePorts): void {
  app.get(
    '/api/v1/deliveries',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'Deliveries of one state, newest first',
        operationId: 'listDeliveries',
        querystring: z.object({
          state: z.enum(DELIVERY_STATES).default('pending'),
          destination_id: z.uuid().optional(),
          cursor: z.coerce.number().int().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: { 200: deliveryPage },
      },
    },
    async ({ query: { state, destination_id, cursor, limit } }) => {
      const rows = await listDeliveries(
        db,
        { state, destinationId: destination_id, beforeSeq: cursor },
        limit,
      )
      return {
        items: rows.map(viewOfDelivery),
        next: rows.length === limit ? String(rows.at(-1)!.seq) : null,
      }
    },
  )

  app.post(
    '/api/v1/deliveries/replay',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Put ended deliveries back: these, or all of a state',
        operationId: 'replayDeliveries',
        body: replayBody,
        response: {
          200: z.object({
            replayed: z.int(),
            stale: z.int().describe('left alone: older than their destination takes; `force` sends them'),
          }),
        },
      },
    },
    async ({ body }) => {
      const wanted =
        body.deliveries?.map(({ signal_id, seq }) => ({ signalId: signal_id, seq })) ??
        (await listDeliveries(
          db,
          {
            state: body.state ?? 'dead',
            destinationId: body.destination_id,
            sinceMs: body.since === undefined ? undefined : Date.parse(body.since),
          },
          REPLAY_MAX,
        ))
      const done = await replayDeliveries(db, wanted, body.force)
      onQueued()
      return done
    },
  )
}
