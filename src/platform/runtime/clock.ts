/** The one place that reads clocks, sets timers and draws chance; everything else takes them as arguments or from here. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'

/** Wall-clock time, epoch milliseconds. */
export const nowMs = (): number => Date.now()

/** Milliseconds since an arbitrary point, never going back; for intervals and deadlines. */
export const monotonicMs = (): number => performance.now()

/** A number in [0, 1) for jitter. Not for secrets: those come from `node:crypto`. */
export const random = (): number => Math.random()

/** Resolves after `ms`, or at once when the signal aborts (never rejects). */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => {})
}

/** Resolves after what is ready to be written or read has had its turn. */
export const nextTurn = (): Promise<void> => turn()

/** Calls `work` once after `ms` unless cancelled; never keeps the process alive. */
export function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

/**
 * Runs `work` every `ms`, never overlapping itself: the next run is scheduled when the last has ended. An error goes to
 * `onError` and does not end the rhythm. Returns a stop function that resolves when a run in flight has ended.
 */
export function every(
  ms: number,
  work: () => Promise<void> | void,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(ms, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await work()
      } catch (error) {
        onError(error)
      }
    }
  })()
  return async () => {
    stopping.abort()
    await loop
  }
}
