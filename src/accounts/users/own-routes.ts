/** HTTP of one's own account: who I am, my name and preferences, my password; and taking up an invitation or a reset. */
import { z } from 'zod'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import {
  caller,
  callerInPerson,
  insistOnPassword,
  note,
  tellOwner,
  type AccountPorts,
} from '../account-ports.ts'
import { email, meView, password, personName, preferences, viewOfMe } from '../contract.ts'
import { mailVerification } from '../mail/routes.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { findLink, findUser, insertUser, LINK_KINDS, setPassword, takeLink, updateUser } from './store.ts'

const tags = ['account']

export async function ownRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  const { db, guard } = ports
  app.get(
    '/api/v1/me',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Who I am and what I may do',
        operationId: 'getMe',
        response: { 200: meView },
      },
    },
    async (request) => viewOfMe((await caller(ports, request)).user),
  )
  app.patch(
    '/api/v1/me',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Change my name or preferences',
        operationId: 'changeMe',
        body: z.strictObject({ name: personName, preferences }).partial(),
        response: { 200: meView },
      },
    },
    async (request) => {
      const { user } = await caller(ports, request)
      const { name, preferences } = request.body
      const changed = await updateUser(db, user.id, {
        ...(name !== undefined && { name }),
        ...(preferences !== undefined && { preferences }),
      })
      return viewOfMe(changed!)
    },
  )
  app.post(
    '/api/v1/me/password',
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Change my password; ends every session and token',
        operationId: 'changePassword',
        body: z.strictObject({ current: password, next: password }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { user } = await callerInPerson(ports, request)
      if (!(await verifyPassword(user.passwordHash, request.body.current)))
        throw problem(403, 'wrong-password', 'The password is not right.', { field: 'current' })
      insistOnPassword(request.body.next, user, 'next')
      await setPassword(db, user.id, await hashPassword(request.body.next))
      await note(ports, request, { user, action: 'change-password', subject: `user:${user.id}` })
      await tellOwner(ports, request, user, 'change-password')
      return reply.code(204).send(null)
    },
  )
  linkRoutes(app, ports)
  registerRoute(app, ports)
}

function linkRoutes(app: ZodApp, ports: AccountPorts): void {
  const { db } = ports
  const params = z.object({ token: z.string().max(100) })
  const gone = () => problem(404, 'link-over', 'This link is over or was used already. Ask for a new one.')
  app.get(
    '/api/v1/links/:token',
    {
      schema: {
        tags,
        summary: 'Whom an invitation or a reset link is for',
        operationId: 'getLink',
        security: [],
        params,
        response: { 200: z.object({ kind: z.enum(LINK_KINDS), email: z.string(), name: z.string() }) },
      },
    },
    async (request) => {
      const link = await findLink(db, request.params.token)
      const user = link && (await findUser(db, link.userId))
      if (!user || user.state !== 'active') throw gone()
      return { kind: link.kind, email: user.email, name: user.name }
    },
  )
  app.post(
    '/api/v1/links/:token',
    {
      schema: {
        tags,
        summary: 'Choose a password by the link',
        operationId: 'takeLink',
        security: [],
        params,
        body: z.strictObject({ password }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const link = await findLink(db, request.params.token)
      const user = link && link.kind !== 'verification' && (await findUser(db, link.userId))
      if (!user || user.state !== 'active') throw gone()
      insistOnPassword(request.body.password, user)
      const passwordHash = await hashPassword(request.body.password)
      if ((await takeLink(db, request.params.token)) === null) throw gone()
      await setPassword(db, user.id, passwordHash)
      await note(ports, request, { user, action: `take-${link.kind}`, subject: `user:${user.id}` })
      if (link.kind === 'reset') await tellOwner(ports, request, user, 'change-password')
      return reply.code(204).send(null)
    },
  )
}

function registerRoute(app: ZodApp, ports: AccountPorts): void {
  const { db, settings } = ports
  app.post(
    '/api/v1/register',
    {
      schema: {
        tags,
        summary: 'Make an account, where REGISTRATION=open',
        operationId: 'register',
        security: [],
        body: z.strictObject({ email, name: personName, password }),
        response: { 202: z.object({ message: z.string() }) },
      },
    },
    async (request, reply) => {
      if (settings.registration !== 'open')
        throw problem(
          403,
          'registration-closed',
          'New accounts are by invitation here. Ask an administrator.',
        )
      const draft = request.body
      insistOnPassword(draft.password, draft)
      const passwordHash = await hashPassword(draft.password)
      const fresh = {
        email: draft.email,
        name: draft.name,
        role: 'user',
        plan: 'free',
        passwordHash,
      } as const
      const user = await insertUser(db, fresh, { nowMs: nowMs() })
      if (user !== null) {
        await note(ports, request, { user, action: 'register', subject: `user:${user.id}` })
        if (settings.mail) await mailVerification(ports, user, user.email)
      }
      reply.code(202)
      // The same for an address that is taken: nobody learns who has an account.
      return { message: 'If this address had no account, it has one now. Log in.' }
    },
  )
}
