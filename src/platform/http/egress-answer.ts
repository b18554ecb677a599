/** Reads one answer: its status and headers, and the first bytes of its body; whatever more comes is cut off. */
import type { Dispatcher } from 'undici'
import { after } from '../runtime/index.ts'
import type { EgressRequest } from './egress-client.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  excerpt: Buffer
  truncated: boolean
}

/** Rejects with `TimeoutError` when no headers came in time, `AbortError` when given up, else with the socket's error. */
export function collectAnswer(
  agent: Dispatcher,
  request: EgressRequest,
  origin: string,
  path: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0
    let headers: Record<string, string> = {}
    let length = 0
    let settled = false
    const chunks: Buffer[] = []
    let abort: ((reason: Error) => void) | undefined
    const stop = (reason: Error) => {
      if (settled) return
      // The status line is what counts: an answer that then hangs or never ends has still answered.
      if (status >= 200) return done(true)
      settled = true
      clean()
      reject(reason)
      abort?.(reason)
    }
    const cancel = after(request.timeoutMs, () =>
      stop(named('TimeoutError', `no answer within ${request.timeoutMs} ms`)),
    )
    const onAbort = () => stop(named('AbortError', 'given up'))
    request.signal?.addEventListener('abort', onAbort, { once: true })
    const clean = () => {
      cancel()
      request.signal?.removeEventListener('abort', onAbort)
    }
    const done = (truncated: boolean) => {
      if (settled) return
      settled = true
      clean()
      resolve({ status, headers, excerpt: Buffer.concat(chunks), truncated })
      if (truncated) abort?.(named('AbortError', 'enough of the answer was read'))
    }
    agent.dispatch(
      {
        origin,
        path,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
        headersTimeout: request.timeoutMs,
        bodyTimeout: request.timeoutMs,
      },
      {
        onRequestStart(controller) {
          abort = (reason) => controller.abort(reason)
          if (settled) controller.abort(named('AbortError', 'given up'))
        },
        onResponseStart(_controller, statusCode, raw) {
          if (statusCode < 200) return
          status = statusCode
          headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value)]))
        },
        onResponseData(_controller, chunk) {
          const room = request.responseBytesMax - length
          if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
          length += chunk.length
          if (length > request.responseBytesMax) done(true)
        },
        onResponseEnd() {
          done(false)
        },
        onResponseError(_controller, error) {
          stop(error)
        },
      },
    )
  })
}

function named(name: string, message: string): Error {
  const error = new Error(message)
  error.name = name
  return error
}
