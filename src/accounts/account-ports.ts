/** What every call of accounts works with. */
import type { FastifyRequest } from 'fastify'
import type { Database } from '../platform/db/index.ts'
import type { Mail } from '../platform/mail/index.ts'
import { problem, type Guard, type Identity } from '../platform/http/index.ts'
import { nowMs, type Sealer } from '../platform/runtime/index.ts'
import type { AccountSettings } from './account-settings.ts'
import { insertAudit, type AuditEntry } from './audit/store.ts'
import { queueMail } from './mail/store.ts'
import { securityMail, type SecurityEvent } from './mail/texts.ts'
import type { AccessTokens } from './tokens/jwt.ts'
import { findUser } from './users/store.ts'
import { passwordFault, type User } from './users/user.ts'

export interface AccountPorts {
  db: Database
  sealer: Sealer
  guard: Guard
  accessTokens: AccessTokens
  settings: AccountSettings
}

/** The user who calls; a token that belongs to nobody has no account. */
export async function caller(
  ports: AccountPorts,
  request: FastifyRequest,
): Promise<{ user: User; identity: Identity }> {
  const identity = await ports.guard.identify(request)
  const user = identity?.userId ? await findUser(ports.db, identity.userId) : null
  if (user === null)
    throw problem(403, 'no-account', 'This token belongs to no user: log in with an account of your own.')
  return { user, identity: identity! }
}

/** The same, by way of a session: an API token that leaked must not change how its owner logs in. */
export async function callerInPerson(ports: AccountPorts, request: FastifyRequest) {
  const found = await caller(ports, request)
  if (found.identity.via !== 'session')
    throw problem(403, 'session-needed', 'A token may not change this: log in with your password.')
  return found
}

/** Puts a mail among those to be sent. */
export const post = ({ db, sealer }: AccountPorts, mail: Mail): Promise<void> =>
  queueMail(db, sealer, mail, nowMs())

/** Mails the owner what happened to their account, where mail is set up and their address is confirmed. */
export async function tellOwner(
  ports: AccountPorts,
  request: FastifyRequest,
  user: User,
  event: SecurityEvent,
): Promise<void> {
  if (!ports.settings.mail || !user.emailVerified) return
  await post(
    ports,
    securityMail({ recipient: user.email, name: user.name }, event, ports.guard.address(request)),
  )
}

export async function note(
  { db, guard }: AccountPorts,
  request: FastifyRequest,
  entry: Omit<AuditEntry, 'actorId' | 'actor' | 'address'> & { user?: User },
): Promise<void> {
  const { user, ...rest } = entry
  const identity = user === undefined ? await guard.identify(request) : null
  await insertAudit(
    db,
    {
      ...rest,
      actorId: user?.id ?? identity?.userId ?? null,
      actor: user?.email ?? identity?.name ?? 'nobody',
      address: guard.address(request),
    },
    nowMs(),
  )
}

/** @throws a problem that says what is wrong with a new password */
export function insistOnPassword(
  password: string,
  about: { email: string; name: string },
  field = 'password',
): void {
  const fault = passwordFault(password, about)
  if (fault !== null)
    throw problem(
      400,
      'weak-password',
      `The password ${fault}. Several words that do not belong together are good.`,
      {
        field,
      },
    )
}
