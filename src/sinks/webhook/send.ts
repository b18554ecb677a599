/** Sends one delivery as a signed HTTP POST, and says what the answer means. */
import type { Egress, EgressResult } from '../../platform/http/index.ts'
import { nowMs, signatureHeader } from '../../platform/runtime/index.ts'
import { isTrusted, webhookIdOf, type Attempt, type Delivery, type Destination } from '../../signals/index.ts'
import { parseRetryAfter } from './retry-after.ts'

/** What is read of an answer; a receiver cannot make us read more (reliability.md, F10). */
const RESPONSE_BYTES_MAX = 16_384

export async function sendDelivery(
  egress: Egress,
  delivery: Pick<Delivery, 'signalId' | 'body'>,
  destination: Destination,
  signal?: AbortSignal,
): Promise<Attempt> {
  const startedAtMs = nowMs()
  const result = await egress.send({
    method: 'POST',
    url: destination.url,
    headers: headersFor(delivery, destination, startedAtMs),
    body: delivery.body,
    timeoutMs: destination.settings.timeoutMs,
    trusted: isTrusted(destination),
    responseBytesMax: RESPONSE_BYTES_MAX,
    ...(signal && { signal }),
  })
  return readResult(result, startedAtMs, destination.settings.maxAgeMs)
}

function headersFor(delivery: Pick<Delivery, 'signalId' | 'body'>, destination: Destination, atMs: number) {
  const id = webhookIdOf(delivery.signalId, destination.id)
  const timestampSec = Math.floor(atMs / 1000)
  return {
    'content-type': /^\s*[[{]/.test(delivery.body) ? 'application/json' : 'text/plain; charset=utf-8',
    'user-agent': 'Signalbox',
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': String(timestampSec),
    'webhook-signature': signatureHeader(
      destination.secrets,
      { id, timestampSec, body: delivery.body },
      atMs,
    ),
  }
}

/** 4xx that may pass later: request timeout, conflict, too early, too many. */
const RETRIED_4XX = new Set([408, 409, 425, 429])

/**
 * 2xx is success; 3xx is not followed; 410 disables; 429 and 503 obey `Retry-After`; other 4xx are final; the rest is
 * retried. Pure.
 */
export function readResult(result: EgressResult, startedAtMs: number, retryAfterMaxMs: number): Attempt {
  if (result.outcome === 'refused') {
    return {
      verdict: 'final',
      outcome: 'address-refused',
      startedAtMs,
      latencyMs: 0,
      excerpt: result.message,
    }
  }
  if (result.outcome === 'unknown') {
    const outcome = result.error === 'timeout' ? 'timeout' : 'connection-failed'
    return { verdict: 'retry', outcome, startedAtMs, latencyMs: result.latencyMs, excerpt: result.message }
  }
  const { status, latencyMs } = result
  const base = { startedAtMs, latencyMs, status, excerpt: result.excerpt.toString('utf8') }
  if (status >= 200 && status < 300) return { ...base, verdict: 'delivered', outcome: 'delivered' }
  if (status === 410) return { ...base, verdict: 'final', outcome: 'gone' }
  if (status >= 300 && status < 400) return { ...base, verdict: 'final', outcome: 'redirected' }
  if (status >= 400 && status < 500 && !RETRIED_4XX.has(status)) {
    return { ...base, verdict: 'final', outcome: 'rejected-by-receiver' }
  }
  const wish = parseRetryAfter(result.headers['retry-after'], startedAtMs + latencyMs)
  return {
    ...base,
    verdict: 'retry',
    outcome: status === 429 ? 'rate-limited' : 'receiver-error',
    ...(wish !== undefined && { retryAfterMs: Math.min(wish, retryAfterMaxMs) }),
  }
}
