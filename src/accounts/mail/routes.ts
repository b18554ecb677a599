/** HTTP of what goes by mail: a forgotten password, and proving that an address is one's own. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { makeToken, nowMs, spend, type LimitState } from '../../platform/runtime/index.ts'
import { caller, callerInPerson, note, post, tellOwner, type AccountPorts } from '../account-ports.ts'
import { email, password } from '../contract.ts'
import { verifyPassword } from '../users/password.ts'
import { makeLink } from '../users/routes.ts'
import { findByEmail, hasFreshLink, insertLink, lockUser, verifyEmail } from '../users/store.ts'
import type { User } from '../users/user.ts'
import { queueMail } from './store.ts'
import { resetMail, verificationMail } from './texts.ts'

const tags = ['account']
const DAY_MS = 86_400_000
/** A person asks again when nothing comes; nobody's mailbox is to be filled by it. */
const AGAIN_AFTER_MS = 60_000
const ASKS = [{ permits: 10, windowMs: 900_000 }]
const ADDRESSES_MAX = 10_000

export async function mailRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  forgotRoute(app, ports)
  verifyRoute(app, ports)
  ownAddressRoutes(app, ports)
}

const insistOnMail = ({ settings }: AccountPorts) => {
  if (!settings.mail)
    throw problem(
      409,
      'mail-off',
      'No mail is set up here (SMTP_URL). An administrator makes a link: signalbox user reset.',
    )
}

function forgotRoute(app: ZodApp, ports: AccountPorts): void {
  const mayAsk = limitByAddress()
  app.post(
    '/api/v1/forgot',
    {
      schema: {
        tags,
        summary: 'Ask for a link for a new password by mail',
        operationId: 'forgotPassword',
        security: [],
        body: z.strictObject({ email }),
        response: { 202: z.object({ message: z.string() }) },
      },
    },
    async (request, reply) => {
      insistOnMail(ports)
      mayAsk(ports.guard.address(request))
      // Not waited for: how long it takes would say whether there is such an account.
      mailReset(ports, request.body.email).catch((error: unknown) =>
        request.log.warn({ err: error }, 'a link for a new password could not be mailed'),
      )
      reply.code(202)
      return { message: 'If this is the confirmed address of an account, a link is on its way to it.' }
    },
  )
}

async function mailReset(ports: AccountPorts, address: string): Promise<void> {
  const user = await findByEmail(ports.db, address)
  if (user === null || user.state !== 'active' || !user.emailVerified) return
  await ports.db.transaction(async (tx) => {
    // One after another: of several at once, one mails a link.
    await lockUser(tx, user.id)
    if (await hasFreshLink(tx, user.id, 'reset', AGAIN_AFTER_MS)) return
    const link = await makeLink({ db: tx, settings: ports.settings }, 'reset', user)
    await queueMail(tx, ports.sealer, resetMail({ recipient: user.email, name: user.name }, link), nowMs())
  })
}

function verifyRoute(app: ZodApp, ports: AccountPorts): void {
  app.post(
    '/api/v1/verify',
    {
      schema: {
        tags,
        summary: 'Prove that an address is one’s own, by the link that was mailed there',
        operationId: 'verifyEmail',
        security: [],
        body: z.strictObject({ token: z.string().max(100) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const proved = await verifyEmail(ports.db, request.body.token)
      if (proved === null)
        throw problem(404, 'link-over', 'This link is over or was used already. Ask for a new one.')
      const { user, before } = proved
      if (before.emailVerified && before.email !== user.email)
        await tellOwner(ports, request, before, 'change-email')
      await note(ports, request, { user, action: 'verify-email', subject: `user:${user.id}` })
      return reply.code(204).send(null)
    },
  )
}

function ownAddressRoutes(app: ZodApp, ports: AccountPorts): void {
  const answer = { 202: z.object({ message: z.string() }) }
  const said = (address: string) => ({ message: `A link is on its way to ${address}. It is good for a day.` })
  app.post(
    '/api/v1/me/verification',
    {
      onRequest: ports.guard.own,
      schema: { tags, summary: 'Mail the link again', operationId: 'mailVerification', response: answer },
    },
    async (request, reply) => {
      insistOnMail(ports)
      const { user } = await caller(ports, request)
      if (user.emailVerified) throw problem(409, 'verified', 'Your address is confirmed already.')
      await insistOnPause(ports, user)
      await mailVerification(ports, user, user.email)
      reply.code(202)
      return said(user.email)
    },
  )
  app.post(
    '/api/v1/me/email',
    {
      onRequest: ports.guard.own,
      schema: {
        tags,
        summary: 'Another address; it counts once the link that is mailed there has come back',
        operationId: 'changeEmail',
        body: z.strictObject({ email, password }),
        response: answer,
      },
    },
    async (request, reply) => {
      insistOnMail(ports)
      const { user } = await callerInPerson(ports, request)
      if (!(await verifyPassword(user.passwordHash, request.body.password)))
        throw problem(403, 'wrong-password', 'The password is not right.', { field: 'password' })
      await insistOnPause(ports, user)
      await mailVerification(ports, user, request.body.email)
      await noteAsked(ports, request, user)
      reply.code(202)
      return said(request.body.email)
    },
  )
}

const noteAsked = (ports: AccountPorts, request: FastifyRequest, user: User) =>
  note(ports, request, { user, action: 'ask-email-change', subject: `user:${user.id}` })

/** Mails the link that proves an address. */
export async function mailVerification(ports: AccountPorts, user: User, address: string): Promise<void> {
  const token = makeToken('verification')
  await insertLink(ports.db, {
    kind: 'verification',
    userId: user.id,
    token,
    lifeMs: DAY_MS,
    email: address.trim(),
  })
  const link = `${ports.settings.publicUrl}/welcome#${token}`
  await post(ports, verificationMail({ recipient: address.trim(), name: user.name }, link))
}

async function insistOnPause({ db }: AccountPorts, user: User): Promise<void> {
  if (await hasFreshLink(db, user.id, 'verification', AGAIN_AFTER_MS, DAY_MS))
    throw problem(429, 'wait', 'A mail is on its way. Try again in a minute.', { retryAfterSec: 60 })
}

/** @throws a problem when somebody asks too often */
function limitByAddress(): (address: string) => void {
  const asked = new Map<string, LimitState>()
  return (address) => {
    if (asked.size > ADDRESSES_MAX) asked.clear()
    const spending = spend(ASKS, asked.get(address) ?? [], nowMs(), 1)
    asked.set(address, spending.state)
    if (spending.granted === 0) {
      const retryAfterSec = Math.ceil(spending.retryAfterMs / 1_000)
      throw problem(429, 'wait', `Too many questions. Try again in ${retryAfterSec} s.`, { retryAfterSec })
    }
  }
}
