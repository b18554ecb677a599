/** HTTP of the audit log, and the hook that writes down every change that operators make. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ZodApp } from '../../platform/http/index.ts'
import { note, type AccountPorts } from '../account-ports.ts'
import { auditView, viewOfAudit } from '../contract.ts'
import { listAudit } from './store.ts'

export async function auditLogRoutes(app: ZodApp, { db, guard }: AccountPorts): Promise<void> {
  app.get(
    '/api/v1/audit-log',
    {
      onRequest: guard.administer,
      schema: {
        tags: ['users'],
        summary: 'Who changed what, newest first',
        operationId: 'listAuditLog',
        querystring: z.object({
          subject: z.string().max(120).optional(),
          cursor: z.uuid().optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
        response: { 200: z.object({ items: z.array(auditView), next: z.string().nullable() }) },
      },
    },
    async ({ query: { subject, cursor, limit } }) => {
      const rows = await listAudit(db, { subject, beforeId: cursor }, limit)
      return { items: rows.map(viewOfAudit), next: rows.length === limit ? rows.at(-1)!.id : null }
    },
  )
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Writes down every change by somebody we know; accounts write down theirs themselves, with before and after. */
export function auditChanges(
  app: FastifyInstance,
  ports: AccountPorts,
  isOwnBusiness: (url: string) => boolean,
): void {
  app.addHook('onResponse', async (request, reply) => {
    const url = request.routeOptions.url ?? ''
    if (!CHANGING.has(request.method) || reply.statusCode >= 400 || isOwnBusiness(url)) return
    if ((await ports.guard.identify(request)) === null) return
    await note(ports, request, {
      action: actionOf(request),
      subject: subjectOf(url, request),
      after: request.body,
    })
  })
}

const actionOf = ({ method, routeOptions }: FastifyRequest): string =>
  (routeOptions.schema as { operationId?: string } | undefined)?.operationId ??
  `${method} ${routeOptions.url}`

/** `destinations:<id>`, or `finviz/config` where a call is about one thing only. */
function subjectOf(url: string, request: FastifyRequest): string {
  const [kind = ''] = url.replace(/^\/(api\/v1\/)?/, '').split('/:')
  const id = Object.values((request.params ?? {}) as Record<string, string>)[0]
  return id === undefined ? kind : `${kind}:${id}`
}
