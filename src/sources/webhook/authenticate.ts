/** Who sent this? Any one of the listed credentials will do; every failure looks the same from outside. */
import type { IncomingHttpHeaders } from 'node:http'
import { verifySignature } from '../../platform/runtime/index.ts'
import { isWithin, type WebhookKey } from './key.ts'
import type { KeyRing } from './key-ring.ts'

export interface Caller {
  headers: IncomingHttpHeaders
  /** `/hooks/:key`. */
  pathKey?: string | undefined
  /** `?key=`. */
  queryKey?: string | undefined
  /** The sender's address, behind trusted proxies the forwarded one. */
  remote: string
}

export type Authentication =
  | { outcome: 'known'; key: WebhookKey }
  | { outcome: 'unknown' }
  /** The key is right, but may not be used from there. */
  | { outcome: 'wrong-network'; key: WebhookKey }

/** By header, path or query: no need to look into the body. Undefined when the request carries no such credential. */
export function byRequest(ring: KeyRing, caller: Caller): Authentication | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(caller.headers.authorization ?? '')?.[1]
  const token = bearer ?? one(caller.headers['x-api-key']) ?? caller.pathKey ?? caller.queryKey
  return token === undefined ? undefined : known(ring.byToken(token), caller.remote)
}

/** By Standard Webhooks signature headers, over the bytes as they came. Undefined without such headers. */
export function bySignature(
  ring: KeyRing,
  caller: Caller,
  body: string,
  nowMs: number,
): Authentication | undefined {
  const id = one(caller.headers['webhook-id'])
  const timestamp = one(caller.headers['webhook-timestamp'])
  const signature = one(caller.headers['webhook-signature'])
  if (id === undefined || timestamp === undefined || signature === undefined) return undefined
  const signed = { id, timestamp, signature }
  const key = ring.signing().find((k) => verifySignature([k.signingSecret!], signed, body, nowMs))
  return known(key, caller.remote)
}

/** By a token found in the body. */
export function byBody(ring: KeyRing, caller: Caller, tokens: readonly string[]): Authentication {
  for (const token of tokens) {
    const key = ring.byToken(token)
    if (key !== undefined) return known(key, caller.remote)
  }
  return { outcome: 'unknown' }
}

function known(key: WebhookKey | undefined, remote: string): Authentication {
  if (key === undefined) return { outcome: 'unknown' }
  const { networks } = key.options
  if (networks !== undefined && !isWithin(remote, networks)) return { outcome: 'wrong-network', key }
  return { outcome: 'known', key }
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined
}
