/** Who may call what until there are accounts: the admin token, and the tokens that open one kind of call only. */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { BlockList } from 'node:net'
import { hashToken, nowMs } from '../runtime/index.ts'
import { clientAddress, isLoopbackAddress } from './address.ts'
import type { Failures } from './failures.ts'
import { problem } from './problem.ts'

type PreHandler = (request: FastifyRequest) => Promise<void>

export interface Guard {
  /** The admin token, as bearer or `X-Api-Key`. */
  admin: PreHandler
  /** The admin token or the named one. */
  oneOf(name: string): PreHandler
  /** The admin token, or a caller on this very machine that no proxy stands before. */
  adminOrLoopback: PreHandler
  /** Whether a token opens calls of this name; for tokens that come in a body. */
  accepts(name: string, token: string): boolean
  isAdmin(request: FastifyRequest): boolean
  address(request: FastifyRequest): string
}

export interface GuardSettings {
  adminToken: string
  /** Tokens by the kind of call they open. */
  named: Record<string, readonly string[]>
  proxies: BlockList
  failures: Failures
}

export function createGuard({ adminToken, named, proxies, failures }: GuardSettings): Guard {
  const adminHash = hashToken(adminToken)
  const hashes = new Map(Object.entries(named).map(([name, tokens]) => [name, tokens.map(hashToken)]))
  const matches = (token: string, allowed: readonly Buffer[]) => {
    const hash = hashToken(token)
    let found = false
    for (const one of allowed) if (timingSafeEqual(hash, one)) found = true
    return found
  }
  const address = (request: FastifyRequest) =>
    clientAddress(request.socket.remoteAddress ?? '', one(request.headers['x-forwarded-for']), proxies)
  const insist = async (request: FastifyRequest, allowed: readonly Buffer[]) => {
    const from = address(request)
    const token = tokenOf(request)
    if (token !== undefined && matches(token, allowed)) return
    if (token !== undefined) failures.note(from, nowMs())
    if (failures.isSlowed(from, nowMs())) {
      throw problem(429, 'too-many-failures', 'Too many wrong tokens from this address. Wait a minute.', {
        retryAfterSec: 60,
      })
    }
    throw problem(401, 'unauthorized', 'This call needs a valid token: Authorization: Bearer <token>.')
  }
  const allowedFor = (name: string) => [adminHash, ...(hashes.get(name) ?? [])]
  return {
    admin: (request) => insist(request, [adminHash]),
    oneOf: (name) => (request) => insist(request, allowedFor(name)),
    async adminOrLoopback(request) {
      const direct =
        request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
      if (direct && isLoopbackAddress(request.socket.remoteAddress ?? '')) return
      await insist(request, [adminHash])
    },
    accepts: (name, token) => matches(token, allowedFor(name)),
    isAdmin: (request) => {
      const token = tokenOf(request)
      return token !== undefined && matches(token, [adminHash])
    },
    address,
  }
}

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? one(request.headers['x-api-key'])
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(',')
}
