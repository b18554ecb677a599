/**
 * The one way out: POSTs and GETs that connect to exactly the address that was judged. Follows no redirect, knows no
 * proxy, never sends twice; what the network does comes back as a value.
 */
import { Agent } from 'undici'
import { judgeUrl, type Refusal, type RefusalReason } from './egress-addresses.ts'
import { exchange, type Target } from './egress-answer.ts'
import { guardedConnector, type Resolve } from './egress-connect.ts'
import { createDeadlines } from './egress-deadlines.ts'
import type { EgressFault } from './egress-faults.ts'
import { gunzipUpTo } from './egress-gunzip.ts'
import type { AllowList } from './egress-networks.ts'

export interface EgressRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string | Buffer
  /** The whole of it: waiting for a socket, connecting, sending, the answer. */
  timeoutMs: number
  /** Set by the operator's own environment: may be private. */
  trusted: boolean
  /** The rest of an answer is not read and its socket closed. 16 kB unless told (reliability.md, F10). */
  responseBytesMax?: number
  /** Gives up; noticed within 25 ms. */
  signal?: AbortSignal
  /** Asks for gzip and unpacks it; the bound then holds for the packed and for the unpacked body. */
  decompress?: boolean
}

export type EgressResult =
  /** Status and headers came; `truncated` when the body was longer than wanted, or broke off. */
  | {
      outcome: 'response'
      status: number
      /** Names in lower case. */
      headers: Record<string, string>
      excerpt: Buffer
      truncated: boolean
      latencyMs: number
    }
  /** The guard said no: nothing was sent. */
  | { outcome: 'refused'; reason: RefusalReason; message: string }
  /** No answer: whether it arrived is unknown. */
  | { outcome: 'unknown'; error: EgressFault; message: string; latencyMs: number }

export interface Egress {
  /** Never rejects for what the network does. */
  send(request: EgressRequest): Promise<EgressResult>
  /** Ends what is under way as `aborted`. */
  close(): Promise<void>
}

export interface EgressOptions {
  resolve?: Resolve
}

const RESPONSE_BYTES_MAX = 16_384
/** Verdicts kept by address text, so that a send parses no address; the oldest goes first. */
const VERDICTS_MAX = 1_000

/** Idle sockets close before most servers close theirs, so that a POST seldom meets a socket that is just going away. */
const POOL = {
  connections: 64,
  pipelining: 1,
  keepAliveTimeout: 4_000,
  keepAliveMaxTimeout: 4_000,
  // One sweep watches the whole of each exchange instead.
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
}

export function createEgress(allow: AllowList, { resolve }: EgressOptions = {}): Egress {
  const deadlines = createDeadlines()
  const open = { agent: new Agent(POOL), targetOf: remembering(anyTarget) }
  const guarded = {
    agent: new Agent({ ...POOL, connect: guardedConnector(allow, resolve) }),
    targetOf: remembering((text) => guardedTarget(text, allow)),
  }
  return {
    send(request) {
      const { agent, targetOf } = request.trusted ? open : guarded
      const target = targetOf(request.url)
      if ('verdict' in target) {
        return Promise.resolve({ outcome: 'refused', reason: target.reason, message: target.message })
      }
      if (request.signal?.aborted) {
        return Promise.resolve({ outcome: 'unknown', error: 'aborted', message: 'given up', latencyMs: 0 })
      }
      const bytesMax = request.responseBytesMax ?? RESPONSE_BYTES_MAX
      if (request.decompress !== true) return exchange(agent, target, request, bytesMax, deadlines)
      const asking = { ...request, headers: { ...request.headers, 'accept-encoding': 'gzip' } }
      return exchange(agent, target, asking, bytesMax, deadlines).then((result) => unpacked(result, bytesMax))
    },
    async close() {
      await Promise.all([open.agent.destroy(), guarded.agent.destroy()])
    },
  }
}

async function unpacked(result: EgressResult, bytesMax: number): Promise<EgressResult> {
  if (result.outcome !== 'response' || !/^(x-)?gzip$/i.test(result.headers['content-encoding'] ?? '')) {
    return result
  }
  const { bytes, truncated } = await gunzipUpTo(result.excerpt, bytesMax)
  const { 'content-encoding': _, 'content-length': __, ...headers } = result.headers
  return { ...result, headers, excerpt: bytes, truncated: result.truncated || truncated }
}

function guardedTarget(text: string, allow: AllowList): Target | Refusal {
  const judged = judgeUrl(text, allow)
  return judged.verdict === 'allowed' ? partsOf(judged.url) : judged
}

function anyTarget(text: string): Target | Refusal {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { verdict: 'refused', reason: 'not-a-url', message: 'This is not a complete web address.' }
  }
  return partsOf(url)
}

function partsOf({ origin, pathname, search }: URL): Target {
  return { origin, path: pathname + search }
}

function remembering<T>(judge: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const judged = judge(text)
    if (known.size >= VERDICTS_MAX) known.delete(known.keys().next().value!)
    known.set(text, judged)
    return judged
  }
}
