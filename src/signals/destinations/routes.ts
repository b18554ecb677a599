/** HTTP of destinations: make, change, rotate the secret, remove. */
import { z } from 'zod'
import { judgeUrl, problem, type ZodApp } from '../../platform/http/index.ts'
import { makeSigningSecret, nowMs, uuidv7, type Sealer } from '../../platform/runtime/index.ts'
import type { Circuits } from '../outbox/circuit.ts'
import {
  destinationChange,
  destinationDraft,
  destinationView,
  viewOf,
  type DestinationChange,
} from './contract.ts'
import { OVERLAP_MS, rotateSecrets, showUrl, type Destination } from './destination.ts'
import { deleteDestination, insertDestination, updateDestination } from './store.ts'
import { findDestination, trialRoutes, type TrialRoutePorts } from './trial/routes.ts'

export interface DestinationRoutePorts extends TrialRoutePorts {
  sealer: Sealer
  circuits: Pick<Circuits, 'name'>
}

const byId = z.object({ id: z.uuid() })

const tags = ['destinations']
const changedMeanwhile = () =>
  problem(412, 'changed-meanwhile', 'Somebody else changed this destination. Read it again, then change it.')

export async function destinationRoutes(app: ZodApp, ports: DestinationRoutePorts): Promise<void> {
  readRoutes(app, ports)
  makeRoute(app, ports)
  changeRoute(app, ports)
  removeRoute(app, ports)
  rotateRoute(app, ports)
  trialRoutes(app, ports)
}

function view(d: Destination, { circuits }: DestinationRoutePorts) {
  return viewOf(d, circuits.name(d.id, nowMs()), nowMs())
}

async function save(d: Destination, { db, sealer, book }: DestinationRoutePorts): Promise<Destination> {
  if ((await updateDestination(db, sealer, d)) === null) throw changedMeanwhile()
  await book.reload()
  return findDestination(book, d.id)
}

function readRoutes(app: ZodApp, ports: DestinationRoutePorts): void {
  const { guard, book } = ports
  app.get(
    '/api/v1/destinations',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'All destinations',
        operationId: 'listDestinations',
        response: { 200: z.object({ items: z.array(destinationView) }) },
      },
    },
    async () => ({ items: book.all().map((one) => view(one, ports)) }),
  )
  app.get(
    '/api/v1/destinations/:id',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'One destination',
        operationId: 'getDestination',
        params: byId,
        response: { 200: destinationView },
      },
    },
    async (request, reply) => {
      const found = findDestination(book, request.params.id)
      reply.header('etag', `"${found.version}"`)
      return view(found, ports)
    },
  )
}

function makeRoute(app: ZodApp, ports: DestinationRoutePorts): void {
  const { db, sealer, guard, book } = ports
  app.post(
    '/api/v1/destinations',
    {
      onRequest: guard.operate,
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
      return { destination: view(findDestination(book, destination.id), ports), secret }
    },
  )
}

function changeRoute(app: ZodApp, ports: DestinationRoutePorts): void {
  const { guard, book } = ports
  app.patch(
    '/api/v1/destinations/:id',
    {
      onRequest: guard.operate,
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
      const found = findDestination(book, request.params.id)
      const match = request.headers['if-match']
      if (match !== undefined && match !== `"${found.version}"`) {
        throw changedMeanwhile()
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
      const saved = await save(changed(found, request.body), ports)
      reply.header('etag', `"${saved.version}"`)
      return view(saved, ports)
    },
  )
}

function removeRoute(app: ZodApp, ports: DestinationRoutePorts): void {
  const { db, guard, book } = ports
  app.delete(
    '/api/v1/destinations/:id',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Remove a destination; what waits for it ends as dead',
        operationId: 'deleteDestination',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const found = findDestination(book, request.params.id)
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
}

function rotateRoute(app: ZodApp, ports: DestinationRoutePorts): void {
  const { guard, book } = ports
  app.post(
    '/api/v1/destinations/:id/rotate-secret',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'A new signing secret; the old one signs along for a day',
        operationId: 'rotateSecret',
        params: byId,
        response: { 200: z.object({ secret: z.string(), old_expires_at: z.iso.datetime() }) },
      },
    },
    async (request) => {
      const found = findDestination(book, request.params.id)
      const secret = makeSigningSecret()
      const atMs = nowMs()
      await save({ ...found, secrets: rotateSecrets(found.secrets, secret, atMs) }, ports)
      return { secret, old_expires_at: new Date(atMs + OVERLAP_MS).toISOString() }
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
