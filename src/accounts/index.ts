/** The face of accounts: who may come in, what they may do, and what they did. */
import type { FastifyInstance } from 'fastify'
import type { ZodApp } from '../platform/http/index.ts'
import type { AccountPorts } from './account-ports.ts'
import { auditChanges, auditLogRoutes } from './audit/routes.ts'
import { mailRoutes } from './mail/routes.ts'
import { secondFactorRoutes } from './second-factor/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'
import { ownRoutes } from './users/own-routes.ts'
import { userRoutes } from './users/routes.ts'

export type { AccountPorts } from './account-ports.ts'
export type { AccountSettings } from './account-settings.ts'
export { dropOldAudit } from './audit/store.ts'
export { createIdentify, preferredGroups, revokedAmong } from './identify.ts'
export { dropEnded } from './sessions/store.ts'
export { createAccessTokens, type AccessTokens } from './tokens/jwt.ts'
export { findByEmail, hasUsers, insertUser, listUsers, updateUser } from './users/store.ts'
export { makeLink } from './users/routes.ts'
export { startMailing } from './mail/role.ts'

export async function accountRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  await sessionRoutes(app, ports)
  await ownRoutes(app, ports)
  await secondFactorRoutes(app, ports)
  await tokenRoutes(app, ports)
  await userRoutes(app, ports)
  await mailRoutes(app, ports)
  await auditLogRoutes(app, ports)
}

/** Writes down every change but those of accounts, which do it themselves, and the senders' own calls. */
export const auditOperators = (app: FastifyInstance, ports: AccountPorts): void =>
  auditChanges(app, ports, (url) =>
    /^\/(webhook\/in|hooks\/|inbox\/)|^\/api\/v1\/(me|login|logout|setup|register|forgot|verify|links|auth|users|stream-ticket)\b/.test(
      url,
    ),
  )
