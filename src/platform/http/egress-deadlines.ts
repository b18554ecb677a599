/**
 * Ends what waits too long or was given up, by one sweep over all: a timer and an abort listener for each request would
 * cost more than the rest of sending it. A deadline is noticed at most `SWEEP_MS` late.
 */
import { after, monotonicMs } from '../runtime/index.ts'

const SWEEP_MS = 25
/** A sweep this late means that this process stood still. */
const STALL_MS = 200

export interface Waiting {
  /** On the monotonic clock. */
  deadlineMs: number
  signal: AbortSignal | undefined
  giveUp(why: 'timeout' | 'aborted'): void
}

export interface Deadlines {
  add(waiting: Waiting): void
  remove(waiting: Waiting): void
}

export function createDeadlines(): Deadlines {
  const all = new Set<Waiting>()
  let armed = false
  let dueMs = 0
  let spared = false

  const arm = () => {
    armed = true
    dueMs = monotonicMs() + SWEEP_MS
    after(SWEEP_MS, sweep)
  }
  function sweep() {
    armed = false
    const nowMs = monotonicMs()
    // After a standstill answers may lie unread in the sockets: they are read before anything is called too late.
    spared = !spared && nowMs - dueMs > STALL_MS
    for (const waiting of all) {
      if (waiting.signal?.aborted) waiting.giveUp('aborted')
      else if (!spared && nowMs >= waiting.deadlineMs) waiting.giveUp('timeout')
    }
    if (all.size > 0) arm()
  }

  return {
    add(waiting) {
      all.add(waiting)
      if (!armed) arm()
    },
    remove(waiting) {
      all.delete(waiting)
    },
  }
}
