/** Hands out a destination's permits, spent in the database so that all deliverers together keep its limit. */
import type { Database } from '../../platform/db/index.ts'
import { after, monotonicMs, spend, type LimitState, type LimitWindow } from '../../platform/runtime/index.ts'
import { readLimit, writeLimit } from './store.ts'

export interface Permits {
  /** Resolves true with a permit that must be used at once, or false when `until` (monotonic ms) passed first. */
  take(name: string, windows: readonly LimitWindow[], untilMs: number): Promise<boolean>
  close(): void
}

interface Waiter {
  untilMs: number
  settle: (granted: boolean) => void
}

interface Desk {
  windows: readonly LimitWindow[]
  waiters: Waiter[]
  serving: boolean
}

/** Asked for at once at most; a permit that nobody waits for any more is wasted, never doubled. */
const ASK_MAX = 64
/** How often a desk whose database is away asks again. */
const RETRY_MS = 500

export function createPermits(db: Database, onError: (error: unknown) => void): Permits {
  const desks = new Map<string, Desk>()
  let closed = false

  async function serve(name: string, desk: Desk): Promise<void> {
    if (desk.serving) return
    desk.serving = true
    let waitMs = 0
    try {
      while (dropLate(desk) > 0 && waitMs === 0 && !closed) waitMs = await serveOnce(db, name, desk)
    } catch (error) {
      onError(error)
      waitMs = RETRY_MS
    }
    desk.serving = false
    if (desk.waiters.length === 0 || closed) return
    const earliest = Math.min(...desk.waiters.map((w) => w.untilMs)) - monotonicMs()
    after(Math.max(1, Math.min(waitMs, earliest + 1)), () => void serve(name, desk))
  }

  return {
    take(name, windows, untilMs) {
      if (windows.length === 0) return Promise.resolve(true)
      if (closed) return Promise.resolve(false)
      const desk = desks.get(name) ?? { windows, waiters: [], serving: false }
      desks.set(name, desk)
      desk.windows = windows
      return new Promise((settle) => {
        desk.waiters.push({ untilMs, settle })
        void serve(name, desk)
      })
    },
    close() {
      closed = true
      for (const desk of desks.values()) for (const waiter of desk.waiters.splice(0)) waiter.settle(false)
    },
  }
}

/** Sends away who has waited too long; gives how many still wait. */
function dropLate(desk: Desk): number {
  const nowMs = monotonicMs()
  const late = desk.waiters.filter((w) => w.untilMs <= nowMs)
  desk.waiters = desk.waiters.filter((w) => w.untilMs > nowMs)
  for (const waiter of late) waiter.settle(false)
  return desk.waiters.length
}

/** One spending; gives how long to wait before the next, 0 = go on. */
async function serveOnce(db: Database, name: string, desk: Desk): Promise<number> {
  const { state, version, nowMs } = await readLimit(db, name)
  const spending = spend(desk.windows, state, nowMs, Math.min(desk.waiters.length, ASK_MAX))
  if (spending.granted === 0) return spending.retryAfterMs
  if (!(await writeLimit(db, name, spending.state satisfies LimitState, version))) return 0
  for (const waiter of desk.waiters.splice(0, spending.granted)) waiter.settle(true)
  return spending.retryAfterMs
}
