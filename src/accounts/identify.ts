/** From a request to who it is: a session by its cookie, an API token, or an access token. */
import type { FastifyRequest } from 'fastify'
import type { Database } from '../platform/db/index.ts'
import { problem, type Capability, type Identity } from '../platform/http/index.ts'
import { nowMs } from '../platform/runtime/index.ts'
import type { AccountSettings } from './account-settings.ts'
import { isCrossSite, sessionCookie } from './sessions/cookie.ts'
import { inForce, useSession } from './sessions/store.ts'
import type { AccessTokens } from './tokens/jwt.ts'
import { takeTicket, useApiToken } from './tokens/store.ts'
import { findUser } from './users/store.ts'
import { CAPABILITIES, type User } from './users/user.ts'

export interface IdentifyPorts {
  db: Database
  accessTokens: AccessTokens
  settings: AccountSettings
}

/** Reads the database at each call, so that a logout, another role or a disabled account counts at once. */
export function createIdentify({ db, accessTokens, settings }: IdentifyPorts) {
  async function byToken(token: string): Promise<Identity | null> {
    if (token.startsWith('sbx_api_')) {
      const used = await useApiToken(db, token)
      const user = used && (await findUser(db, used.userId))
      return user ? { ...identityOf(user, 'api-token', used.scopes), tokenId: used.id } : null
    }
    const claim = token.includes('.') ? await accessTokens.verify(token, nowMs()) : null
    const user = claim && (await findUser(db, claim.userId))
    return user?.state === 'active' && user.epoch === claim!.epoch ? identityOf(user, 'access-token') : null
  }

  async function byCookie(request: FastifyRequest): Promise<Identity | null> {
    const token = sessionCookie(request.headers.cookie, settings.publicUrl)
    if (token === undefined) return null
    const used = await useSession(db, token, settings.idleMs)
    const user = used && (await findUser(db, used.userId))
    if (!user) return null
    if (isCrossSite(request.method, request.headers))
      throw problem(403, 'cross-site', 'A page of another site may not do this in your name.')
    return { ...identityOf(user, 'session'), sessionId: used.sessionId }
  }

  async function byTicket(ticket: string): Promise<Identity | null> {
    const held = await takeTicket(db, ticket)
    const user = held && (await findUser(db, held.userId))
    return user?.state === 'active' && user.epoch === held!.epoch
      ? identityOf(user, 'ticket', held!.scopes)
      : null
  }

  return (request: FastifyRequest, token: string | undefined): Promise<Identity | null> => {
    if (token !== undefined) return byToken(token)
    const { ticket } = Object(request.query) as { ticket?: unknown }
    const isForStream = request.routeOptions.url === '/stream' && typeof ticket === 'string'
    return isForStream ? byTicket(ticket) : byCookie(request)
  }
}

/** The groups of the stream that a caller's preferences name. */
export async function preferredGroups(db: Database, { userId }: Identity): Promise<string[]> {
  const user = userId === null ? null : await findUser(db, userId)
  return user?.preferences.subscriptions ?? []
}

/** Which of these callers may no longer be here: logged out, token removed, disabled, or another role since. */
export async function revokedAmong(
  db: Database,
  callers: readonly Identity[],
): Promise<ReadonlySet<Identity>> {
  if (callers.every((one) => one.userId === null)) return new Set()
  const idsOf = (key: 'userId' | 'sessionId' | 'tokenId') => [
    ...new Set(callers.flatMap((one) => one[key] ?? [])),
  ]
  const { epochs, ids } = await inForce(db, {
    userIds: idsOf('userId'),
    sessionIds: idsOf('sessionId'),
    tokenIds: idsOf('tokenId'),
  })
  const isOver = ({ userId, epoch, sessionId, tokenId }: Identity) =>
    userId !== null &&
    (epochs.get(userId) !== epoch || [sessionId, tokenId].some((id) => id !== undefined && !ids.has(id)))
  return new Set(callers.filter(isOver))
}

function identityOf(user: User, via: Identity['via'], scopes?: readonly Capability[]): Identity {
  const may = CAPABILITIES[user.role].filter((one) => scopes === undefined || scopes.includes(one))
  return { userId: user.id, name: user.email, may: new Set(may), via, epoch: user.epoch }
}
