/** One exchange: sends a request once, reads the answer's first bytes and cuts the rest off; always ends in a value. */
import { type Dispatcher, errors } from 'undici'
import { monotonicMs } from '../runtime/index.ts'
import type { EgressRequest, EgressResult } from './egress-client.ts'
import { RefusedAddress } from './egress-connect.ts'
import type { Deadlines, Waiting } from './egress-deadlines.ts'
import { faultOf } from './egress-faults.ts'

export interface Target {
  origin: string
  path: string
}

const EMPTY = Buffer.alloc(0)

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

export function exchange(
  agent: Dispatcher,
  { origin, path }: Target,
  { method, headers, body, timeoutMs, signal }: EgressRequest,
  bytesMax: number,
  deadlines: Deadlines,
): Promise<EgressResult> {
  return new Promise((resolve) => {
    const startedMs = monotonicMs()
    let controller: Dispatcher.DispatchController | undefined
    let settled = false
    let status = 0
    let answered: Headers = {}
    let length = 0
    const chunks: Buffer[] = []

    const settle = (result: EgressResult) => {
      settled = true
      deadlines.remove(waiting)
      resolve(result)
    }
    const respond = (truncated: boolean) => {
      const excerpt = length === 0 ? EMPTY : Buffer.concat(chunks)
      const latencyMs = since(startedMs)
      settle({ outcome: 'response', status, headers: single(answered), excerpt, truncated, latencyMs })
    }
    const waiting: Waiting = {
      deadlineMs: startedMs + timeoutMs,
      signal,
      giveUp(why) {
        const message = why === 'timeout' ? `no answer within ${timeoutMs} ms` : 'given up'
        // The status line is what counts: an answer that then hangs or never ends has still answered.
        if (status > 0) respond(true)
        else settle({ outcome: 'unknown', error: why, message, latencyMs: since(startedMs) })
        controller?.abort(new errors.RequestAbortedError(message))
      },
    }
    deadlines.add(waiting)
    const options = { origin, path, method, headers, body: body ?? null }
    agent.dispatch(options, {
      onRequestStart(started) {
        // Thrown before the first byte is written: what was given up in the queue, or was already sent once, is not sent.
        if (settled || controller !== undefined) throw new errors.RequestAbortedError('not sent again')
        controller = started
      },
      onResponseStart(_controller, statusCode, raw) {
        if (statusCode < 200) return
        status = statusCode
        answered = raw
      },
      onResponseData(_controller, chunk) {
        if (settled) return
        const room = bytesMax - length
        if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
        length += chunk.length
        if (length <= bytesMax) return
        respond(true)
        controller?.abort(new errors.RequestAbortedError('enough of the answer was read'))
      },
      onResponseEnd: () => settled || respond(false),
      onResponseError(_controller, error) {
        if (settled) return
        if (status > 0) respond(true)
        else settle(withoutAnswer(error, since(startedMs)))
      },
    })
  })
}

function withoutAnswer(error: Error, latencyMs: number): EgressResult {
  if (error instanceof RefusedAddress) {
    return { outcome: 'refused', reason: 'private-address', message: error.message }
  }
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    return { outcome: 'refused', reason: 'request', message: error.message }
  }
  return { outcome: 'unknown', ...faultOf(error), latencyMs }
}

/** Names come in lower case; a header that came several times becomes one text. */
function single(raw: Headers): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in raw) {
    const value = raw[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

function since(startedMs: number): number {
  return Math.round((monotonicMs() - startedMs) * 1000) / 1000
}
