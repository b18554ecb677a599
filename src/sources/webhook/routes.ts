/** HTTP of the intake: `POST /webhook/in` and `POST /hooks/:key`, answered within three seconds, always. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problem, unavailable, type Failures, type Guard } from '../../platform/http/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import { itemReply, statusOf, type ItemReply } from './answer.ts'
import { takeIn, type IntakeAnswer, type IntakePorts } from './intake.ts'
import type { RefusalLog } from './refusal-log.ts'

export interface IntakeRoutePorts extends IntakePorts {
  guard: Pick<Guard, 'address'>
  failures: Failures
  refusals: RefusalLog
  /** Accepted and not yet delivered. */
  queueSize(): number
  /** Why nothing can be taken now; null when it can. */
  closedBecause(): string | null
  onAnswered(reply: ItemReply): void
}

type Query = Record<string, string | undefined>

const description =
  'Takes one signal, a JSON array or NDJSON of up to 1,000, or the body of a known sender, whatever its content type. ' +
  'Credentials: Authorization: Bearer, X-Api-Key, ?key=, a token in the body, or Standard Webhooks signature headers. ' +
  '503 with Retry-After means: send it again.'

export async function intakeRoutes(app: FastifyInstance, ports: IntakeRoutePorts): Promise<void> {
  const handle = (request: FastifyRequest, reply: FastifyReply) => answer(ports, request, reply)
  const schema = { tags: ['intake'], description, security: [], consumes: ['application/json', 'text/plain'] }
  app.post('/webhook/in', { schema: { ...schema, summary: 'Signals in', operationId: 'webhookIn' } }, handle)
  app.post<{ Params: { key: string } }>(
    '/hooks/:key',
    {
      schema: {
        ...schema,
        summary: 'Signals in, for senders that can set nothing but an address',
        operationId: 'hookIn',
      },
    },
    handle,
  )
}

async function answer(ports: IntakeRoutePorts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const closed = ports.closedBecause()
  if (closed !== null) throw unavailable(closed)
  const remote = ports.guard.address(request)
  const query = request.query as Query
  const body = request.body as Buffer | undefined
  const result = await takeIn(ports, {
    headers: request.headers,
    pathKey: (request.params as { key?: string }).key,
    queryKey: typeof query.key === 'string' ? query.key : undefined,
    query,
    remote,
    body: body ?? Buffer.alloc(0),
  })
  if (result.outcome !== 'answered') return turnAway(ports, result, remote)
  const queueSize = ports.queueSize()
  const replies = result.items.map((item) => itemReply(item, queueSize))
  for (const [i, item] of result.items.entries()) {
    ports.onAnswered(replies[i]!)
    if (!item.ok) {
      const { code, field, message } = item
      ports.refusals.note({
        keyId: result.key?.id ?? null,
        remote,
        status: 400,
        code,
        field,
        message,
        body: item.body,
      })
    } else if (item.receipt.status === 'conflict') {
      const { message, reason } = replies[i]!
      ports.refusals.note({
        keyId: result.key?.id ?? null,
        remote,
        status: 409,
        code: reason!,
        field: 'id',
        message: message!,
        body: '',
      })
    }
  }
  send(reply, result.batch, replies)
}

function send(reply: FastifyReply, batch: boolean, replies: ItemReply[]): void {
  const status = statusOf(replies)
  const payload = batch ? { items: replies, accepted: replies.filter((r) => r.queued).length } : replies[0]!
  if (status === 202 || batch) {
    reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(payload))
    return
  }
  const { reason, message, field, signal_id } = replies[0]!
  throw problem(status, reason!, message!, {
    ...(field && { field }),
    ...(signal_id && { extra: { signal_id } }),
  })
}

function turnAway(
  ports: IntakeRoutePorts,
  result: Exclude<IntakeAnswer, { outcome: 'answered' }>,
  remote: string,
): never {
  if (result.outcome === 'refused') {
    const { code, field, message, body, key } = result
    ports.refusals.note({ keyId: key?.id ?? null, remote, status: 400, code, field, message, body })
    throw problem(400, code, message, field === null ? {} : { field })
  }
  if (result.outcome === 'over-limit') {
    const { key, retryAfterMs } = result
    const message = `This key takes ${key.options.perMinute} requests a minute.`
    ports.refusals.note({
      keyId: key.id,
      remote,
      status: 429,
      code: 'over-limit',
      field: null,
      message,
      body: '',
    })
    throw problem(429, 'over-limit', message, { retryAfterSec: Math.ceil(retryAfterMs / 1000) })
  }
  ports.failures.note(remote, nowMs())
  const message =
    result.outcome === 'wrong-network'
      ? `The key is right, but it does not take signals from ${remote}.`
      : 'no valid webhook key'
  const keyId = result.outcome === 'wrong-network' ? result.key.id : null
  ports.refusals.note({ keyId, remote, status: 401, code: result.outcome, field: null, message, body: '' })
  if (ports.failures.isSlowed(remote, nowMs())) {
    throw problem(429, 'too-many-failures', 'Too many wrong keys from this address. Wait a minute.', {
      retryAfterSec: 60,
    })
  }
  throw problem(
    401,
    'unauthorized',
    'A valid webhook key is needed: Authorization: Bearer, X-Api-Key, ?key=, or in the body.',
  )
}
