/** Who may call what: every call asks for a capability, and whoever calls has it or hears 401 or 403. */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { BlockList } from 'node:net'
import { hashToken, nowMs } from '../runtime/index.ts'
import { clientAddress, isLoopbackAddress } from './address.ts'
import type { Failures } from './failures.ts'
import { CAPABILITY_NAMES, type Capability, type Identity } from './identity.ts'
import { problem } from './problem.ts'

type PreHandler = (request: FastifyRequest) => Promise<void>

export interface Guard {
  /** Whoever has an account may call it, for what is their own. */
  own: PreHandler
  read: PreHandler
  operate: PreHandler
  administer: PreHandler
  /** Whoever may do it, or the token that opens calls of this name only. */
  oneOf(name: string, capability: Capability): PreHandler
  /** Readers, or a caller on this very machine that no proxy stands before. */
  readOrLoopback: PreHandler
  /** Whether a token opens calls of this name; for tokens that come in a body. */
  accepts(name: string, token: string): boolean
  /** Who calls; null for nobody we know. */
  identify(request: FastifyRequest): Promise<Identity | null>
  address(request: FastifyRequest): string
  /** A caller on this machine, with no proxy in between. */
  isDirectFromHere(request: FastifyRequest): boolean
}

export interface GuardSettings {
  adminToken: string
  /** Tokens by the kind of call they open. */
  named: Record<string, readonly string[]>
  proxies: BlockList
  failures: Failures
  /** Users and their tokens. `token` is the bearer token or API key of the request, where it has one. */
  identify(request: FastifyRequest, token: string | undefined): Promise<Identity | null>
}

const EVERYTHING = new Set(CAPABILITY_NAMES)
const ADMIN: Identity = { userId: null, name: 'admin token', may: EVERYTHING, via: 'admin-token' }

export function createGuard(settings: GuardSettings): Guard {
  const { proxies, failures } = settings
  const adminHash = hashToken(settings.adminToken)
  const hashes = new Map(
    Object.entries(settings.named).map(([name, tokens]) => [name, tokens.map(hashToken)]),
  )
  const known = new WeakMap<FastifyRequest, Promise<Identity | null>>()
  const address = (request: FastifyRequest) =>
    clientAddress(request.socket.remoteAddress ?? '', one(request.headers['x-forwarded-for']), proxies)

  function identify(request: FastifyRequest): Promise<Identity | null> {
    const before = known.get(request)
    if (before !== undefined) return before
    const token = tokenOf(request)
    const found =
      token !== undefined && matches(token, [adminHash])
        ? Promise.resolve(ADMIN)
        : settings.identify(request, token)
    known.set(request, found)
    return found
  }

  function turnAway(request: FastifyRequest): never {
    const from = address(request)
    if (tokenOf(request) !== undefined) failures.note(from, nowMs())
    if (failures.isSlowed(from, nowMs())) {
      throw problem(429, 'too-many-failures', 'Too many wrong tokens from this address. Wait a minute.', {
        retryAfterSec: 60,
      })
    }
    throw problem(401, 'unauthorized', 'Log in, or send a valid token: Authorization: Bearer <token>.')
  }

  async function insist(request: FastifyRequest, capability: Capability): Promise<void> {
    const identity = await identify(request)
    if (identity === null) return turnAway(request)
    if (!identity.may.has(capability))
      throw problem(403, 'forbidden', `${identity.name} may not do this: it takes "${capability}".`)
  }

  const asks =
    (capability: Capability): PreHandler =>
    (request) =>
      insist(request, capability)
  const accepts = (name: string, token: string) => matches(token, [adminHash, ...(hashes.get(name) ?? [])])
  const isDirectFromHere = (request: FastifyRequest) =>
    request.headers['x-forwarded-for'] === undefined &&
    request.headers.forwarded === undefined &&
    isLoopbackAddress(request.socket.remoteAddress ?? '')
  return {
    own: asks('own'),
    read: asks('read'),
    operate: asks('operate'),
    administer: asks('administer'),
    oneOf: (name, capability) => async (request) => {
      const token = tokenOf(request)
      if (token === undefined || !accepts(name, token)) await insist(request, capability)
    },
    async readOrLoopback(request) {
      if (!isDirectFromHere(request)) await insist(request, 'read')
    },
    accepts,
    identify,
    address,
    isDirectFromHere,
  }
}

function matches(token: string, allowed: readonly Buffer[]): boolean {
  const hash = hashToken(token)
  let found = false
  for (const one of allowed) if (timingSafeEqual(hash, one)) found = true
  return found
}

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? one(request.headers['x-api-key'])
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(',')
}
