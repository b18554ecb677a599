/** The one way out: POSTs and GETs with a guard that connects to exactly the address it has judged, and answers as values. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { BlockList, LookupFunction } from 'node:net'
import { Agent, type Dispatcher, errors } from 'undici'
import { monotonicMs } from '../runtime/index.ts'
import { isPublicAddress, judgeUrl, type RefusalReason } from './egress-addresses.ts'
import { collectAnswer } from './egress-answer.ts'

export interface EgressRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
  /** The whole of it: connecting, sending, the answer's headers. */
  timeoutMs: number
  /** Set by the operator's own environment: may be private. */
  trusted: boolean
  /** The rest of an answer is not read. */
  responseBytesMax: number
  signal?: AbortSignal
}

export type EgressResult =
  | {
      outcome: 'response'
      status: number
      headers: Record<string, string>
      excerpt: Buffer
      truncated: boolean
      latencyMs: number
    }
  /** The guard said no: nothing was sent. */
  | { outcome: 'refused'; reason: RefusalReason; message: string }
  /** No answer: whether it arrived is unknown. */
  | {
      outcome: 'unknown'
      error: 'timeout' | 'connect' | 'dns' | 'reset' | 'tls' | 'aborted'
      message: string
      latencyMs: number
    }

export interface Egress {
  send(request: EgressRequest): Promise<EgressResult>
  close(): Promise<void>
}

type Lookup = (name: string, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void

/** Idle sockets close before most servers close theirs, so that a POST seldom meets a socket that is just going away. */
const IDLE_MS = 4_000
const SOCKETS_PER_ORIGIN = 64
const JUDGED_MAX = 1_000

/** `resolve` is the system's resolver unless a test brings its own. */
export function createEgress(allow: BlockList, resolve: Lookup = resolveAll): Egress {
  const options = {
    connections: SOCKETS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
  }
  const open = new Agent(options)
  const guarded = new Agent({ ...options, connect: { lookup: guardedLookup(allow, resolve) } })
  const parts = new Map<string, { origin: string; path: string }>()

  function partsOf(text: string): { origin: string; path: string } {
    const known = parts.get(text)
    if (known !== undefined) return known
    const { origin, pathname, search } = new URL(text)
    if (parts.size >= JUDGED_MAX) parts.clear()
    parts.set(text, { origin, path: pathname + search })
    return { origin, path: pathname + search }
  }

  return {
    async send(request) {
      if (!request.trusted) {
        const judged = judgeUrl(request.url, allow)
        if (judged.verdict === 'refused')
          return { outcome: 'refused', reason: judged.reason, message: judged.message }
      }
      return exchange(request.trusted ? open : guarded, request, partsOf(request.url))
    },
    async close() {
      await Promise.all([open.destroy(), guarded.destroy()])
    },
  }
}

async function exchange(
  agent: Dispatcher,
  request: EgressRequest,
  { origin, path }: { origin: string; path: string },
): Promise<EgressResult> {
  const startedMs = monotonicMs()
  const elapsed = () => Math.round((monotonicMs() - startedMs) * 1000) / 1000
  if (request.signal?.aborted)
    return { outcome: 'unknown', error: 'aborted', message: 'given up', latencyMs: 0 }
  try {
    const { status, headers, excerpt, truncated } = await collectAnswer(agent, request, origin, path)
    return { outcome: 'response', status, headers, excerpt, truncated, latencyMs: elapsed() }
  } catch (error) {
    if (error instanceof RefusedName) {
      return { outcome: 'refused', reason: 'private-address', message: error.message }
    }
    return { ...unknownFrom(error), latencyMs: elapsed() }
  }
}

function unknownFrom(error: unknown) {
  const { code, message, name } = error as NodeJS.ErrnoException
  const kind =
    name === 'TimeoutError' ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.ConnectTimeoutError
      ? 'timeout'
      : name === 'AbortError' || code === 'UND_ERR_ABORTED'
        ? 'aborted'
        : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
          ? 'dns'
          : code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
            ? 'connect'
            : code?.startsWith('ERR_TLS') || code?.includes('CERT')
              ? 'tls'
              : 'reset'
  return { outcome: 'unknown' as const, error: kind as 'reset', message: message.slice(0, 300) }
}

class RefusedName extends Error {}

function resolveAll(name: string, callback: (error: Error | null, addresses: LookupAddress[]) => void): void {
  systemLookup(name, { all: true, verbatim: true }, (error, addresses) => callback(error, addresses))
}

/** One private answer refuses the whole name; the socket gets the very addresses that were judged. */
function guardedLookup(allow: BlockList, resolve: Lookup): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const denied = addresses.find(({ address }) => !isPublicAddress(address, allow))
      if (denied !== undefined)
        return callback(new RefusedName(`${name} leads to ${denied.address}, which is not public.`), [])
      if (options.all) return callback(null, addresses)
      const first = addresses[0]
      if (first === undefined) return callback(new Error(`${name} has no address`), [])
      callback(null, first.address, first.family)
    })
  }
}
