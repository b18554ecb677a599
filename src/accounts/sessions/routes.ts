/** HTTP of logging in and out, of the first administrator, and of one's own sessions. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { makeToken, nowMs } from '../../platform/runtime/index.ts'
import { caller, insistOnPassword, note, type AccountPorts } from '../account-ports.ts'
import {
  byId,
  email,
  meView,
  password,
  personName,
  sessionView,
  viewOfMe,
  viewOfSession,
} from '../contract.ts'
import { mailVerification } from '../mail/routes.ts'
import { hashPassword, PasswordsBusy } from '../users/password.ts'
import { hasUsers, insertUser } from '../users/store.ts'
import type { User } from '../users/user.ts'
import { isCrossSite, setSessionCookie } from './cookie.ts'
import { logIn, type Credentials } from './log-in.ts'
import { endSession, insertSession, listSessions } from './store.ts'

const tags = ['account']

export const credentials = z.strictObject({
  email: z.string().max(254),
  password,
  code: z.string().max(40).optional().describe('of the second factor, or a recovery code'),
})

/** The user of right credentials. @throws the problem to answer with */
export async function admit(ports: AccountPorts, request: FastifyRequest, given: Credentials): Promise<User> {
  const { db, sealer, guard, settings } = ports
  const result = await logIn(
    { db, sealer, loginAttemptsMax: settings.loginAttemptsMax },
    given,
    guard.address(request),
  ).catch((error: unknown) => {
    if (error instanceof PasswordsBusy)
      throw problem(503, 'busy', 'Too many people log in at this moment. Try again.', { retryAfterSec: 2 })
    throw error
  })
  if (result.outcome === 'in') return result.user
  if (result.outcome === 'code-needed')
    throw problem(401, 'code-needed', 'Now the code of your authenticator app.', { field: 'code' })
  if (result.outcome === 'wait') {
    const retryAfterSec = Math.ceil(result.waitMs / 1000)
    throw problem(429, 'wait', `Too many failed attempts. Try again in ${retryAfterSec} s.`, {
      retryAfterSec,
    })
  }
  throw problem(401, 'login-failed', 'E-mail, password or code is not right.')
}

async function open(ports: AccountPorts, request: FastifyRequest, reply: FastifyReply, user: User) {
  const token = makeToken('session')
  await insertSession(
    ports.db,
    {
      token,
      userId: user.id,
      epoch: user.epoch,
      address: ports.guard.address(request),
      agent: request.headers['user-agent'] ?? '',
    },
    nowMs(),
  )
  reply.header('set-cookie', setSessionCookie(token, ports.settings.publicUrl))
  return viewOfMe(user)
}

/** A login by somebody else's page would make you work in their account. */
const refuseCrossSite = async (request: FastifyRequest) => {
  if (request.headers.origin !== undefined && isCrossSite(request.method, request.headers))
    throw problem(403, 'cross-site', 'A page of another site may not do this in your name.')
}

export async function sessionRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  setupRoutes(app, ports)
  app.post(
    '/api/v1/login',
    {
      onRequest: refuseCrossSite,
      schema: {
        tags,
        summary: 'Log in; the session is in a cookie',
        operationId: 'logIn',
        security: [],
        body: credentials,
        response: { 200: meView },
      },
    },
    async (request, reply) => {
      const user = await admit(ports, request, request.body)
      await note(ports, request, { user, action: 'log-in', subject: `user:${user.id}` })
      return open(ports, request, reply, user)
    },
  )
  app.post(
    '/api/v1/logout',
    {
      onRequest: ports.guard.own,
      schema: { tags, summary: 'Log out', operationId: 'logOut', response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { user, identity } = await caller(ports, request)
      if (identity.sessionId !== undefined) await endSession(ports.db, user.id, identity.sessionId)
      reply.header('set-cookie', setSessionCookie(null, ports.settings.publicUrl))
      return reply.code(204).send(null)
    },
  )
  ownSessionRoutes(app, ports)
}

/** The first administrator: made by whoever sits at this machine, or has the admin token that the first start printed. */
function setupRoutes(app: ZodApp, ports: AccountPorts): void {
  const { db, guard } = ports
  app.get(
    '/api/v1/setup',
    {
      schema: {
        tags,
        summary: 'Whether the first administrator is still to be made, and who may make them',
        operationId: 'getSetup',
        security: [],
        response: {
          200: z.object({
            needed: z.boolean(),
            token_needed: z.boolean(),
            mail: z.boolean().describe('whether a forgotten password can be reset by mail'),
          }),
        },
      },
    },
    async (request) => ({
      needed: !(await hasUsers(db)),
      token_needed: !guard.isDirectFromHere(request),
      mail: ports.settings.mail,
    }),
  )
  app.post(
    '/api/v1/setup',
    {
      onRequest: refuseCrossSite,
      schema: {
        tags,
        summary: 'Make the first administrator',
        operationId: 'setUp',
        security: [],
        body: z.strictObject({ email, name: personName, password }),
        response: { 201: meView },
      },
    },
    async (request, reply) => {
      if (!guard.isDirectFromHere(request)) await guard.administer(request)
      const draft = request.body
      insistOnPassword(draft.password, draft)
      if (await hasUsers(db)) throw taken()
      const passwordHash = await hashPassword(draft.password)
      const first = {
        email: draft.email,
        name: draft.name,
        role: 'admin',
        plan: 'premium',
        passwordHash,
      } as const
      const user = await insertUser(db, first, { onlyFirst: true, nowMs: nowMs() })
      if (user === null) throw taken()
      await note(ports, request, { user, action: 'set-up', subject: `user:${user.id}` })
      if (ports.settings.mail) await mailVerification(ports, user, user.email)
      reply.code(201)
      return open(ports, request, reply, user)
    },
  )
}

const taken = () => problem(409, 'already-set-up', 'There is an administrator already. Log in.')

function ownSessionRoutes(app: ZodApp, ports: AccountPorts): void {
  const { db, guard, settings } = ports
  app.get(
    '/api/v1/me/sessions',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Where one is logged in',
        operationId: 'listSessions',
        response: { 200: z.object({ items: z.array(sessionView) }) },
      },
    },
    async (request) => {
      const { user, identity } = await caller(ports, request)
      const sessions = await listSessions(db, user.id, settings.idleMs)
      return { items: sessions.map((one) => viewOfSession(one, identity.sessionId)) }
    },
  )
  app.delete(
    '/api/v1/me/sessions/:id',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'End a session',
        operationId: 'endSession',
        params: byId,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { user } = await caller(ports, request)
      if (!(await endSession(db, user.id, request.params.id)))
        throw problem(404, 'not-found', 'You have no such session.')
      return reply.code(204).send(null)
    },
  )
}
