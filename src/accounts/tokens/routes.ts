/** HTTP of one's API tokens, and of access tokens for machines. */
import { z } from 'zod'
import { CAPABILITY_NAMES, problem, type ZodApp } from '../../platform/http/index.ts'
import { makeToken, nowMs, uuidv7 } from '../../platform/runtime/index.ts'
import { caller, callerInPerson, note, tellOwner, type AccountPorts } from '../account-ports.ts'
import { byId, personName, tokenView, viewOfToken } from '../contract.ts'
import { admit, credentials } from '../sessions/routes.ts'
import { findUser } from '../users/store.ts'
import { CAPABILITIES, ENTITLEMENTS } from '../users/user.ts'
import { ACCESS_LIFE_SEC } from './jwt.ts'
import {
  deleteApiToken,
  insertApiToken,
  insertRefresh,
  insertTicket,
  listApiTokens,
  rotateRefresh,
} from './store.ts'

const tags = ['account']
const DAY_MS = 86_400_000

const tokenPair = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('seconds'),
  refresh_token: z.string(),
})

export async function tokenRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  accessTokenRoutes(app, ports)
  makeTokenRoute(app, ports)
  ticketRoute(app, ports)
  const { db, guard } = ports
  app.get(
    '/api/v1/me/tokens',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'One’s API tokens',
        operationId: 'listTokens',
        response: { 200: z.object({ items: z.array(tokenView) }) },
      },
    },
    async (request) => {
      const { user } = await caller(ports, request)
      return { items: (await listApiTokens(db, user.id)).map(viewOfToken) }
    },
  )
  app.delete(
    '/api/v1/me/tokens/:id',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Remove an API token',
        operationId: 'deleteToken',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { user } = await caller(ports, request)
      if (!(await deleteApiToken(db, user.id, request.params.id)))
        throw problem(404, 'not-found', 'You have no such token.')
      await note(ports, request, { action: 'remove-token', subject: `user:${user.id}` })
      return reply.code(204).send(null)
    },
  )
}

function makeTokenRoute(app: ZodApp, ports: AccountPorts): void {
  const { db, guard } = ports
  app.post(
    '/api/v1/me/tokens',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Make an API token; it is in this answer and nowhere else',
        operationId: 'createToken',
        body: z.strictObject({
          name: personName,
          scopes: z.array(z.enum(CAPABILITY_NAMES)).min(1).describe('at most what your role may do'),
          days: z.int().min(1).max(3_650).optional().describe('how long it is good; for ever when absent'),
        }),
        response: { 201: z.object({ token: z.string(), details: tokenView }) },
      },
    },
    async (request, reply) => {
      const { user } = await callerInPerson(ports, request)
      const { name, scopes, days } = request.body
      const beyond = scopes.filter((one) => !CAPABILITIES[user.role].includes(one))
      if (beyond.length > 0)
        throw problem(403, 'forbidden', `Your role may not "${beyond[0]}" itself.`, { field: 'scopes' })
      const token = makeToken('api')
      const most = ENTITLEMENTS[user.plan].apiTokens
      const lifeMs = days === undefined ? null : days * DAY_MS
      const made = await insertApiToken(
        db,
        { userId: user.id, name, token, scopes: [...new Set(scopes)], lifeMs },
        { most, nowMs: nowMs() },
      )
      if (made === null)
        throw problem(
          409,
          'plan-limit',
          `The plan "${user.plan}" holds ${most} API tokens. Remove one first.`,
        )
      await note(ports, request, {
        action: 'make-token',
        subject: `user:${user.id}`,
        after: { name, scopes },
      })
      await tellOwner(ports, request, user, 'make-token')
      reply.code(201)
      return { token, details: viewOfToken(made) }
    },
  )
}

const TICKET_LIFE_SEC = 30

function ticketRoute(app: ZodApp, ports: AccountPorts): void {
  app.post(
    '/api/v1/stream-ticket',
    {
      onRequest: ports.guard.own,
      schema: {
        tags,
        summary: 'A ticket for one websocket: /stream?ticket=…, within half a minute',
        operationId: 'makeStreamTicket',
        response: { 201: z.object({ ticket: z.string(), expires_in: z.int().describe('seconds') }) },
      },
    },
    async (request, reply) => {
      const { user, identity } = await caller(ports, request)
      const ticket = makeToken('ticket')
      const holder = { userId: user.id, epoch: user.epoch, scopes: [...identity.may] }
      await insertTicket(ports.db, ticket, holder, TICKET_LIFE_SEC * 1000)
      reply.code(201)
      return { ticket, expires_in: TICKET_LIFE_SEC }
    },
  )
}

function accessTokenRoutes(app: ZodApp, ports: AccountPorts): void {
  const { db, accessTokens } = ports
  const pair = async (user: { id: string; epoch: number }, refresh: string) => ({
    access_token: await accessTokens.sign(user, nowMs()),
    token_type: 'Bearer' as const,
    expires_in: ACCESS_LIFE_SEC,
    refresh_token: refresh,
  })
  app.post(
    '/api/v1/auth/token',
    {
      schema: {
        tags,
        summary: 'An access token (JWT, ten minutes) and a refresh token, for machines',
        operationId: 'issueTokens',
        security: [],
        body: credentials,
        response: { 200: tokenPair },
      },
    },
    async (request) => {
      const user = await admit(ports, request, request.body)
      const token = makeToken('refresh')
      await insertRefresh(db, { token, family: uuidv7(nowMs()), userId: user.id, epoch: user.epoch })
      await note(ports, request, { user, action: 'issue-tokens', subject: `user:${user.id}` })
      return pair(user, token)
    },
  )
  app.post(
    '/api/v1/auth/refresh',
    {
      schema: {
        tags,
        summary: 'The next pair; a refresh token that comes a second time ends its whole family',
        operationId: 'refreshTokens',
        security: [],
        body: z.strictObject({ refresh_token: z.string().max(100) }),
        response: { 200: tokenPair },
      },
    },
    async (request) => {
      const next = makeToken('refresh')
      const rotated = await rotateRefresh(db, request.body.refresh_token, next)
      const user = rotated && (await findUser(db, rotated.userId))
      if (!user) throw problem(401, 'unauthorized', 'The refresh token is not in force. Log in again.')
      return pair(user, next)
    },
  )
}
