/** Errors as `problem+json` (RFC 9457) with a stable `code`; what is not one of these is a bug and says only its id. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'

/** What every refusal and failure looks like on the wire. */
export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable, for programs' },
    detail: { type: 'string', description: 'for people: what was wrong, and what would be right' },
    field: { type: 'string', description: 'what it is about, where it is one member of the request' },
    instance: { type: 'string', description: 'the request id; it finds the request in the log' },
  },
}

export interface ProblemDetails {
  field?: string
  retryAfterSec?: number
  /** Further members of the body. */
  extra?: Record<string, unknown>
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly details: ProblemDetails

  constructor(status: number, code: string, message: string, details: ProblemDetails = {}) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** Throw it: `throw problem(404, 'not-found', 'There is no …')`. */
export function problem(
  status: number,
  code: string,
  message: string,
  details: ProblemDetails = {},
): Problem {
  return new Problem(status, code, message, details)
}

/** Asked to come back later: overload, a database that is away, drain. Never 429 or 504: senders give up on those. */
export function unavailable(message: string): Problem {
  return problem(503, 'unavailable', message, { retryAfterSec: 5 })
}

/** Any error as a problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { name, code, statusCode, message } = error as FastifyError
  if (name === 'DatabaseUnavailable' || name === 'Overloaded') {
    return unavailable('Signalbox cannot take this right now. Send it again.')
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0]!
    const field =
      first.instancePath.slice(1).replaceAll('/', '.') || String(error.validationContext ?? 'body')
    return problem(400, 'invalid', `${field}: ${first.message ?? 'is not valid'}`, { field })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return problem(statusCode, codeFor(statusCode), clientMessage(code, message))
  }
  return problem(500, 'internal-error', 'Something went wrong here. The request id finds it in the log.')
}

function codeFor(status: number): string {
  if (status === 413) return 'body-too-large'
  if (status === 415) return 'unsupported-media-type'
  return status === 408 ? 'too-slow' : 'bad-request'
}

function clientMessage(code: string, message: string): string {
  return code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? 'The body is larger than 256 kB.' : message
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const { status, code, message, details } = toProblem(error)
  if (status >= 500 && status !== 503) request.log.error({ err: error }, 'a request failed')
  if (details.retryAfterSec !== undefined) reply.header('retry-after', String(details.retryAfterSec))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: code,
        status,
        code,
        detail: message,
        ...(details.field !== undefined && { field: details.field }),
        instance: request.id,
        ...details.extra,
      }),
    )
}
