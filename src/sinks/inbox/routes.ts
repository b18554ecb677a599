/** The inbox: a destination inside Signalbox that shows what a receiver would get, and whether its signature is right. */
import { z } from 'zod'
import type { Database } from '../../platform/db/index.ts'
import { problem, rawBodies, type Guard, type ZodApp } from '../../platform/http/index.ts'
import { nowMs, uuidv7, verifySignature } from '../../platform/runtime/index.ts'
import type { DestinationBook } from '../../signals/index.ts'
import { insertMessage, listMessages } from './store.ts'

const SHOWN_HEADERS = [
  'content-type',
  'user-agent',
  'idempotency-key',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]

const messageView = z
  .object({
    id: z.uuid(),
    destination_id: z.uuid(),
    received_at: z.iso.datetime(),
    webhook_id: z.string().nullable(),
    verified: z.boolean(),
    repeated: z.boolean(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  })
  .meta({ id: 'InboxMessage' })

export async function inboxRoutes(
  app: ZodApp,
  { db, guard, book }: { db: Database; guard: Guard; book: DestinationBook },
): Promise<void> {
  app.get(
    '/api/v1/inbox',
    {
      onRequest: guard.read,
      schema: {
        tags: ['inbox'],
        summary: 'What arrived, newest first',
        operationId: 'listInbox',
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
        response: { 200: z.object({ items: z.array(messageView) }) },
      },
    },
    async ({ query }) => ({
      items: (await listMessages(db, query.limit)).map((message) => ({
        id: message.id,
        destination_id: message.destinationId,
        received_at: new Date(message.receivedAtMs).toISOString(),
        webhook_id: message.webhookId,
        verified: message.verified,
        repeated: message.repeated,
        headers: message.headers,
        body: message.body,
      })),
    }),
  )

  await rawBodies(app, async (raw) => {
    raw.post<{ Params: { id: string } }>('/inbox/:id', { schema: { hide: true } }, async (request, reply) => {
      const destination = book.find(request.params.id)
      if (destination === undefined || destination.kind !== 'inbox')
        throw problem(404, 'not-found', 'There is no such inbox.')
      const body = (request.body as Buffer | undefined)?.toString('utf8') ?? ''
      const header = (name: string) => String(request.headers[name] ?? '')
      const signed = {
        id: header('webhook-id'),
        timestamp: header('webhook-timestamp'),
        signature: header('webhook-signature'),
      }
      const secrets = destination.secrets.map(({ secret }) => secret)
      const verified = verifySignature(secrets, signed, body, nowMs())
      // Only Signalbox itself posts here: what is not signed is turned away, so that strangers cannot fill it.
      if (!verified) throw problem(401, 'unverified', 'The signature is not right.')
      await insertMessage(db, {
        id: uuidv7(nowMs()),
        destinationId: destination.id,
        receivedAtMs: nowMs(),
        webhookId: signed.id,
        verified,
        headers: Object.fromEntries(SHOWN_HEADERS.map((name) => [name, header(name)])),
        body: body.replaceAll('\0', ''),
      })
      return reply.code(200).send({ received: true })
    })
  })
}
