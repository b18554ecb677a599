/** HTTP of destinations: make, change, test, rotate the secret, remove. */
import { z } from 'zod'
import type { Database } from '../../platform/db/index.ts'
import { judgeUrl, networkList, problem, type Guard, type ZodApp } from '../../platform/http/index.ts'
import { makeSigningSecret, nowMs, uuidv7, type Sealer } from '../../platform/runtime/index.ts'
import type { Circuits } from '../outbox/circuit.ts'
import type { Attempt } from '../outbox/settle.ts'
import type { Signal } from '../signal.ts'
import type { DestinationBook } from './book.ts'
import {
  destinationChange,
  destinationDraft,
  destinationView,
  viewOf,
  type DestinationChange,
} from './contract.ts'
import { bodyFor, OVERLAP_MS, rotateSecrets, showUrl, type Destination } from './destination.ts'
import { deleteDestination, insertDestination, updateDestination } from './store.ts'

/** Sends one sample to a destination, outside the journal. */
export type TestSend = (destination: Destination, signal: Signal, body: string) => Promise<Attempt>

export interface DestinationRoutePorts {
  db: Database
  sealer: Sealer
  guard: Guard
  book: DestinationBook
  circuits: Pick<Circuits, 'name'>
  egressAllow: ReturnType<typeof networkList>
  testSend: TestSend
}

const byId = z.object({ id: z.uuid() })

export async function destinationRoutes(app: ZodApp, ports: DestinationRoutePorts): Promise<void> {
  const { db, sealer, book, guard } = ports
  const view = (d: Destination) => viewOf(d, ports.circuits.name(d.id, nowMs()), nowMs())
  const find = (id: string) => {
    const found = book.find(id)
    if (found === undefined) throw problem(404, 'not-found', 'There is no such destination.')
    return found
  }
  const save = async (d: Destination) => {
    if ((await updateDestination(db, sealer, d)) === null) {
      throw problem(
        412,
        'changed-meanwhile',
        'Somebody else changed this destination. Read it again, then change it.',
      )
    }
    await book.reload()
    return find(d.id)
  }
  const reads = { onRequest: guard.read }
  const operates = { onRequest: guard.operate }
  const tags = ['destinations']

  app.get(
    '/api/v1/destinations',
    {
      ...reads,
      schema: {
        tags,
        summary: 'All destinations',
        operationId: 'listDestinations',
        response: { 200: z.object({ items: z.array(destinationView) }) },
      },
    },
    async () => ({ items: book.all().map(view) }),
  )

  app.post(
    '/api/v1/destinations',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Make a destination; its signing secret is in this answer and nowhere else',
        operationId: 'createDestination',
        body: destinationDraft,
        response: { 201: z.object({ destination: destinationView, secret: z.string() }) },
      },
    },
    async (request, reply) => {
      const draft = request.body
      insistOnUrl(draft.url, ports)
      if (book.all().some((d) => d.name === draft.name)) {
        throw problem(409, 'name-taken', `There is a destination named "${draft.name}" already.`, {
          field: 'name',
        })
      }
      const secret = draft.secret ?? makeSigningSecret()
      const destination: Destination = {
        id: uuidv7(nowMs()),
        name: draft.name,
        kind: 'webhook',
        origin: 'api',
        url: draft.url,
        urlShown: showUrl(draft.url),
        state: 'active',
        filter: present(draft.filter),
        settings: draft.settings,
        secrets: [{ secret }],
        createdAtMs: nowMs(),
        updatedAtMs: nowMs(),
        version: 1,
        ...(draft.template !== undefined && { template: draft.template }),
      }
      await insertDestination(db, sealer, destination)
      await book.reload()
      reply.code(201)
      return { destination: view(find(destination.id)), secret }
    },
  )

  app.get(
    '/api/v1/destinations/:id',
    {
      ...reads,
      schema: {
        tags,
        summary: 'One destination',
        operationId: 'getDestination',
        params: byId,
        response: { 200: destinationView },
      },
    },
    async (request, reply) => {
      const found = find(request.params.id)
      reply.header('etag', `"${found.version}"`)
      return view(found)
    },
  )

  app.patch(
    '/api/v1/destinations/:id',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Change, pause or resume a destination; If-Match guards against overwriting',
        operationId: 'changeDestination',
        params: byId,
        body: destinationChange,
        response: { 200: destinationView },
      },
    },
    async (request, reply) => {
      const found = find(request.params.id)
      const match = request.headers['if-match']
      if (match !== undefined && match !== `"${found.version}"`) {
        throw problem(
          412,
          'changed-meanwhile',
          'Somebody else changed this destination. Read it again, then change it.',
        )
      }
      const { url } = request.body
      if (url !== undefined) {
        if (found.origin !== 'api') {
          throw problem(
            409,
            'set-by-environment',
            'This address is set by DEST_WEBHOOK_URL; change it there.',
            { field: 'url' },
          )
        }
        insistOnUrl(url, ports)
      }
      const saved = await save(changed(found, request.body))
      reply.header('etag', `"${saved.version}"`)
      return view(saved)
    },
  )

  app.delete(
    '/api/v1/destinations/:id',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Remove a destination; what waits for it ends as dead',
        operationId: 'deleteDestination',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const found = find(request.params.id)
      if (found.origin === 'environment') {
        throw problem(
          409,
          'set-by-environment',
          'Unset DEST_WEBHOOK_URL to remove this destination, or pause it.',
        )
      }
      await deleteDestination(db, found.id)
      await book.reload()
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/destinations/:id/rotate-secret',
    {
      ...operates,
      schema: {
        tags,
        summary: 'A new signing secret; the old one signs along for a day',
        operationId: 'rotateSecret',
        params: byId,
        response: { 200: z.object({ secret: z.string(), old_expires_at: z.iso.datetime() }) },
      },
    },
    async (request) => {
      const found = find(request.params.id)
      const secret = makeSigningSecret()
      const atMs = nowMs()
      await save({ ...found, secrets: rotateSecrets(found.secrets, secret, atMs) })
      return { secret, old_expires_at: new Date(atMs + OVERLAP_MS).toISOString() }
    },
  )

  app.post(
    '/api/v1/destinations/:id/test',
    {
      ...operates,
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
      const destination = find(request.params.id)
      const signal = sampleSignal()
      const body = bodyFor(destination, signal)
      const attempt = await ports.testSend(destination, signal, body)
      return {
        outcome: attempt.outcome,
        status: attempt.status ?? null,
        latency_ms: attempt.latencyMs,
        excerpt: attempt.excerpt?.slice(0, 1_000) ?? null,
        body,
      }
    },
  )

  app.post(
    '/api/v1/destinations/preview',
    {
      ...operates,
      schema: {
        tags,
        summary: 'What a template would send for a sample signal',
        operationId: 'previewTemplate',
        body: destinationDraft.pick({ template: true }),
        response: { 200: z.object({ body: z.string() }) },
      },
    },
    async (request) => {
      const { template } = request.body
      const like = { settings: { action: true }, ...(template !== undefined && { template }) } as Destination
      return { body: bodyFor(like, sampleSignal()) }
    },
  )
}

function insistOnUrl(url: string, { egressAllow }: DestinationRoutePorts): void {
  const judged = judgeUrl(url, egressAllow)
  if (judged.verdict === 'refused')
    throw problem(400, `url-${judged.reason}`, judged.message, { field: 'url' })
}

function changed(found: Destination, change: DestinationChange): Destination {
  const { template, filter, settings, name, url, state } = change
  const { template: oldTemplate, stateReason: oldReason, ...kept } = found
  const stateReason = state === undefined || state === found.state ? oldReason : reasonByHand(state)
  const nextTemplate = template === undefined ? oldTemplate : (template ?? undefined)
  return {
    ...kept,
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(state !== undefined && { state }),
    ...(stateReason !== undefined && { stateReason }),
    ...(filter !== undefined && { filter: present(filter) }),
    ...(nextTemplate !== undefined && { template: nextTemplate }),
    settings: { ...found.settings, ...present(settings ?? {}) },
  }
}

const reasonByHand = (state: Destination['state']) => (state === 'active' ? undefined : 'by hand')

/** Without the members that are undefined. */
function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never
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
