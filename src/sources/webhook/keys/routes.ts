/** HTTP of webhook keys, of what was refused, and of the preview of a field map. */
import { z } from 'zod'
import type { Database } from '../../../platform/db/index.ts'
import { problem, type Guard, type ZodApp } from '../../../platform/http/index.ts'
import { nowMs, type Sealer } from '../../../platform/runtime/index.ts'
import { readingOf, type KeyOptions, type WebhookKey } from '../key.ts'
import { makeKey, type KeyRing } from '../key-ring.ts'
import { readPayload } from '../payload/index.ts'
import { listRefused, readKeyUse, revokeKey, updateKey } from '../store.ts'
import {
  keyDraft,
  keyOptions,
  keyPreview,
  keyView,
  refusedView,
  viewOfKey,
  viewOfPreview,
  viewOfRefused,
} from './contract.ts'

export interface KeyRoutePorts {
  db: Database
  sealer: Sealer
  guard: Guard
  ring: KeyRing
  publicUrl: string
}

const tags = ['webhook keys']
const byId = z.object({ id: z.uuid() })
const gone = () => problem(404, 'not-found', 'There is no such webhook key in force.')

export async function keyRoutes(app: ZodApp, ports: KeyRoutePorts): Promise<void> {
  readRoutes(app, ports)
  changeRoutes(app, ports)
  previewRoute(app, ports)
  refusedRoute(app, ports)
}

function readRoutes(app: ZodApp, { db, guard, ring }: KeyRoutePorts): void {
  /** The ring knows at once what this process heard, the database what the others did. */
  const withUse = async (keys: readonly WebhookKey[]): Promise<WebhookKey[]> => {
    const use = await readKeyUse(db)
    return keys.map((key) => ({
      ...key,
      lastUsedAtMs: Math.max(key.lastUsedAtMs ?? 0, use.get(key.id) ?? 0) || null,
    }))
  }
  app.get(
    '/api/v1/webhook-keys',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'All webhook keys',
        operationId: 'listKeys',
        response: { 200: z.object({ items: z.array(keyView) }) },
      },
    },
    async () => ({ items: (await withUse(ring.all())).map(viewOfKey) }),
  )
  app.get(
    '/api/v1/webhook-keys/:id',
    {
      onRequest: guard.read,
      schema: {
        tags,
        summary: 'One webhook key',
        operationId: 'getKey',
        params: byId,
        response: { 200: keyView },
      },
    },
    async ({ params }) => {
      const key = ring.find(params.id)
      if (key === undefined) throw gone()
      return viewOfKey((await withUse([key]))[0]!)
    },
  )
}

function changeRoutes(app: ZodApp, { db, sealer, guard, ring, publicUrl }: KeyRoutePorts): void {
  app.post(
    '/api/v1/webhook-keys',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Make a key; its token is in this answer and nowhere else',
        operationId: 'createKey',
        body: keyDraft,
        response: { 201: z.object({ id: z.uuid(), token: z.string(), url: z.string() }) },
      },
    },
    async ({ body }, reply) => {
      const made = await makeKey(db, sealer, {
        name: body.name,
        options: body.options as KeyOptions,
        ...(body.signing_secret !== undefined && { signingSecret: body.signing_secret }),
      })
      await ring.reload()
      reply.code(201)
      return { ...made, url: `${publicUrl}/hooks/${made.token}` }
    },
  )
  app.put(
    '/api/v1/webhook-keys/:id',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Change a key',
        operationId: 'changeKey',
        params: byId,
        body: keyDraft.omit({ signing_secret: true }),
        response: { 200: keyView },
      },
    },
    async ({ params, body }) => {
      if (!(await updateKey(db, params.id, body.name, body.options as KeyOptions))) throw gone()
      await ring.reload()
      return viewOfKey(ring.find(params.id)!)
    },
  )
  app.delete(
    '/api/v1/webhook-keys/:id',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'Revoke a key',
        operationId: 'revokeKey',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      if (!(await revokeKey(db, params.id))) throw gone()
      await ring.reload()
      return reply.code(204).send(null)
    },
  )
}

function previewRoute(app: ZodApp, { guard }: KeyRoutePorts): void {
  app.post(
    '/api/v1/webhook-keys/preview',
    {
      onRequest: guard.operate,
      schema: {
        tags,
        summary: 'What a body would be read as, with these options',
        operationId: 'previewFieldMap',
        body: z.strictObject({ body: z.string().max(20_000), options: keyOptions.default({}) }),
        response: { 200: keyPreview },
      },
    },
    async ({ body: { body, options } }) => {
      const read = readPayload({ text: body, query: {}, nowMs: nowMs(), ...readingOf(options as KeyOptions) })
      return viewOfPreview(read)
    },
  )
}

function refusedRoute(app: ZodApp, { db, guard }: KeyRoutePorts): void {
  app.get(
    '/api/v1/rejected-payloads',
    {
      onRequest: guard.read,
      schema: {
        tags: ['intake'],
        summary: 'Why alerts did not count, newest first',
        operationId: 'listRejectedPayloads',
        querystring: z.object({
          key_id: z.uuid().optional().describe('only what came with this key'),
          cursor: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: { 200: z.object({ items: z.array(refusedView), next: z.string().nullable() }) },
      },
    },
    async ({ query: { key_id, cursor, limit } }) => {
      const rows = await listRefused(db, { keyId: key_id, beforeId: cursor }, limit)
      return {
        items: rows.map(viewOfRefused),
        next: rows.length === limit ? rows.at(-1)!.id : null,
      }
    },
  )
}
