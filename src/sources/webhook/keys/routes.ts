/** HTTP of webhook keys, of what was refused, and of the preview of a field map. */
import { z } from 'zod'
import type { Database } from '../../../platform/db/index.ts'
import { networkList, problem, type Guard, type ZodApp } from '../../../platform/http/index.ts'
import { nowMs, type Sealer } from '../../../platform/runtime/index.ts'
import { REPEAT_WINDOW_SEC_MIN, TRADINGVIEW_NETWORKS, type KeyOptions, type WebhookKey } from '../key.ts'
import { makeKey, type KeyRing } from '../key-ring.ts'
import { readPayload } from '../payload/index.ts'
import { listRefused, revokeKey, updateKey } from '../store.ts'

export interface KeyRoutePorts {
  db: Database
  sealer: Sealer
  guard: Guard
  ring: KeyRing
  publicUrl: string
}

const networks = z
  .array(z.string().max(64))
  .max(64)
  .superRefine((cidrs, context) => {
    try {
      networkList(cidrs.filter((one) => one !== 'tradingview'))
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
  .transform((cidrs) => cidrs.flatMap((one) => (one === 'tradingview' ? TRADINGVIEW_NETWORKS : [one])))

const path = z.string().min(1).max(200)
const fieldMap = z.strictObject({
  ticker: path.optional(),
  exchange: path.optional(),
  side: path.optional(),
  price: path.optional(),
  quantity: path.optional(),
  strategy: path.optional(),
  time: path.optional(),
  id: path.optional(),
  constants: z.record(z.string().max(20), z.string().max(200)).optional(),
  values: z.record(z.string().max(20), z.record(z.string().max(100), z.string().max(100))).optional(),
})

const options = z.strictObject({
  networks: networks
    .optional()
    .describe('CIDRs it takes from; "tradingview" stands for TradingView\'s four addresses'),
  fieldMap: fieldMap.optional(),
  defaultSide: z.enum(['buy', 'sell']).optional().describe('for alerts that name no side (Chartink)'),
  repeatWindowSec: z
    .int()
    .max(86_400)
    .refine(
      (sec) => sec === 0 || sec >= REPEAT_WINDOW_SEC_MIN,
      `must be 0 (off) or at least ${REPEAT_WINDOW_SEC_MIN}`,
    )
    .optional(),
  maxLagSec: z.int().min(1).max(86_400).optional().describe('older on arrival is refused'),
})

const keyView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    token: z.string().describe('its beginning and end'),
    options: z.record(z.string(), z.unknown()),
    signs: z.boolean(),
    created_at: z.iso.datetime(),
    revoked_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookKey' })

const keyDraft = z.strictObject({
  name: z.string().trim().min(1).max(80),
  options: options.default({}),
  signing_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
    .optional(),
})

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

function viewOfKey(key: WebhookKey): z.infer<typeof keyView> {
  return {
    id: key.id,
    name: key.name,
    token: key.tokenShown,
    options: { ...key.options },
    signs: key.signingSecret !== undefined,
    created_at: iso(key.createdAtMs)!,
    revoked_at: iso(key.revokedAtMs),
    last_used_at: iso(key.lastUsedAtMs),
  }
}

export async function keyRoutes(
  app: ZodApp,
  { db, sealer, guard, ring, publicUrl }: KeyRoutePorts,
): Promise<void> {
  const reads = { onRequest: guard.read }
  const operates = { onRequest: guard.operate }
  const tags = ['webhook keys']
  const byId = z.object({ id: z.uuid() })
  const insist = (found: boolean) => {
    if (!found) throw problem(404, 'not-found', 'There is no such webhook key in force.')
  }

  app.get(
    '/api/v1/webhook-keys',
    {
      ...reads,
      schema: {
        tags,
        summary: 'All webhook keys',
        operationId: 'listKeys',
        response: { 200: z.object({ items: z.array(keyView) }) },
      },
    },
    async () => ({ items: ring.all().map(viewOfKey) }),
  )

  app.post(
    '/api/v1/webhook-keys',
    {
      ...operates,
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
      ...operates,
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
      insist(await updateKey(db, params.id, body.name, body.options as KeyOptions))
      await ring.reload()
      return viewOfKey(ring.find(params.id)!)
    },
  )

  app.delete(
    '/api/v1/webhook-keys/:id',
    {
      ...operates,
      schema: {
        tags,
        summary: 'Revoke a key',
        operationId: 'revokeKey',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      insist(await revokeKey(db, params.id))
      await ring.reload()
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/webhook-keys/preview',
    {
      ...operates,
      schema: {
        tags,
        summary: 'What a body would be read as, with a field map',
        operationId: 'previewFieldMap',
        body: z.strictObject({ body: z.string().max(20_000), options: options.default({}) }),
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async ({ body }) => {
      const read = readPayload({
        text: body.body,
        contentType: undefined,
        query: {},
        nowMs: nowMs(),
        ...(body.options.fieldMap && {
          fieldMap: body.options.fieldMap as NonNullable<KeyOptions['fieldMap']>,
        }),
        ...(body.options.defaultSide && { defaults: { side: body.options.defaultSide } }),
      })
      return { ...read, credentials: read.credentials.length }
    },
  )

  app.get(
    '/api/v1/rejected-payloads',
    {
      ...reads,
      schema: {
        tags: ['intake'],
        summary: 'Why alerts did not count, newest first',
        operationId: 'listRejectedPayloads',
        querystring: z.object({
          cursor: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: {
          200: z.object({
            items: z.array(
              z.object({
                id: z.uuid(),
                received_at: z.iso.datetime(),
                key_id: z.uuid().nullable(),
                remote: z.string().nullable(),
                status: z.int(),
                code: z.string(),
                field: z.string().nullable(),
                message: z.string(),
                body: z.string(),
              }),
            ),
            next: z.string().nullable(),
          }),
        },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const rows = await listRefused(db, cursor, limit)
      return {
        items: rows.map(({ receivedAtMs, keyId, ...row }) => ({
          ...row,
          received_at: iso(receivedAtMs)!,
          key_id: keyId,
        })),
        next: rows.length === limit ? rows.at(-1)!.id : null,
      }
    },
  )
}
