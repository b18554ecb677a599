/** HTTP of users, for administrators: invite, change, disable, a link for a new password. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../../platform/db/index.ts'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { makeToken, nowMs } from '../../platform/runtime/index.ts'
import { note, post, type AccountPorts } from '../account-ports.ts'
import { invitationMail } from '../mail/texts.ts'
import { removeTotp } from '../second-factor/store.ts'
import { byId, email, personName, plan, role, userView, viewOfUser } from '../contract.ts'
import { findUser, insertLink, insertUser, LastAdmin, listUsers, updateUser } from './store.ts'
import { USER_STATES, type User } from './user.ts'

const tags = ['users']
const LINK_LIFE_MS = { invitation: 7 * 86_400_000, reset: 3_600_000 } as const
const link = z.string().describe('shown this once; for the user alone')

/** A link by which a user chooses a password. */
export async function makeLink(
  { db, settings }: { db: Queries; settings: AccountPorts['settings'] },
  kind: keyof typeof LINK_LIFE_MS,
  user: User,
) {
  const token = makeToken(kind)
  await insertLink(db, { kind, userId: user.id, token, lifeMs: LINK_LIFE_MS[kind] })
  return `${settings.publicUrl}/welcome#${token}`
}

export async function userRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  const { db, guard } = ports
  app.get(
    '/api/v1/users',
    {
      onRequest: guard.administer,
      schema: {
        tags,
        summary: 'All users',
        operationId: 'listUsers',
        response: { 200: z.object({ items: z.array(userView) }) },
      },
    },
    async () => ({ items: (await listUsers(db)).map(viewOfUser) }),
  )
  app.post(
    '/api/v1/users',
    {
      onRequest: guard.administer,
      schema: {
        tags,
        summary: 'Invite a user',
        operationId: 'inviteUser',
        body: z.strictObject({ email, name: personName, role, plan: plan.default('free') }),
        response: { 201: z.object({ user: userView, link }) },
      },
    },
    async (request, reply) => {
      const user = await insertUser(db, { ...request.body, passwordHash: null }, { nowMs: nowMs() })
      if (user === null)
        throw problem(409, 'email-taken', 'There is a user of this address already.', { field: 'email' })
      await note(ports, request, { action: 'invite', subject: `user:${user.id}`, after: viewOfUser(user) })
      const made = await makeLink(ports, 'invitation', user)
      if (ports.settings.mail)
        await post(ports, invitationMail({ recipient: user.email, name: user.name }, made))
      reply.code(201)
      return { user: viewOfUser(user), link: made }
    },
  )
  changeRoutes(app, ports)
}

function changeRoutes(app: ZodApp, ports: AccountPorts): void {
  const { db, guard } = ports
  const find = async (id: string) => {
    const user = await findUser(db, id)
    if (user === null) throw problem(404, 'not-found', 'There is no such user.')
    return user
  }
  app.patch(
    '/api/v1/users/:id',
    {
      onRequest: guard.administer,
      schema: {
        tags,
        summary: 'Change a user; another role or state ends their sessions and tokens',
        operationId: 'changeUser',
        params: byId,
        body: z
          .strictObject({
            name: personName,
            role,
            plan,
            state: z.enum(USER_STATES),
            second_factor: z.literal(false).describe('removes it, for somebody who has lost theirs'),
          })
          .partial(),
        response: { 200: userView },
      },
    },
    async (request) => {
      const before = await find(request.params.id)
      if (request.body.second_factor === false) await removeTotp(db, before.id)
      const after = await change(ports, request, before)
      await note(ports, request, {
        action: 'change-user',
        subject: `user:${before.id}`,
        before: viewOfUser(before),
        after: viewOfUser(after),
      })
      return viewOfUser(after)
    },
  )
  app.post(
    '/api/v1/users/:id/reset-link',
    {
      onRequest: guard.administer,
      schema: {
        tags,
        summary:
          'A link for a new password, good for an hour (an invitation, for a week, while there is none)',
        operationId: 'makeResetLink',
        params: byId,
        response: { 201: z.object({ link }) },
      },
    },
    async (request, reply) => {
      const user = await find(request.params.id)
      const kind = user.passwordHash === null ? 'invitation' : 'reset'
      await note(ports, request, { action: `make-${kind}-link`, subject: `user:${user.id}` })
      reply.code(201)
      return { link: await makeLink(ports, kind, user) }
    },
  )
}

async function change({ db }: AccountPorts, request: FastifyRequest, before: User): Promise<User> {
  const { name, role, plan, state } = request.body as Partial<Pick<User, 'name' | 'role' | 'plan' | 'state'>>
  try {
    const after = await updateUser(db, before.id, {
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(plan !== undefined && { plan }),
      ...(state !== undefined && { state }),
    })
    return after!
  } catch (error) {
    if (error instanceof LastAdmin)
      throw problem(
        409,
        'last-admin',
        'Somebody must remain who can administer. Make another administrator first.',
      )
    throw error
  }
}
