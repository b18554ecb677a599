/** Gathers the words of signals in the background: it rests far longer than it works, so that taking in comes first. */
import type { Database } from '../../platform/db/index.ts'
import { monotonicMs, nowMs, sleep } from '../../platform/runtime/index.ts'
import { indexAgain, indexNext, indexStragglers } from './store.ts'

/** Small enough not to keep a signal waiting for the one embedded connection. */
const BATCH = { embedded: 40, postgres: 200 } as const
/** For each millisecond of work. */
const REST = 5
const IDLE_MS = 500
const AGAIN_EVERY_MS = 1_000
const SWEEP_EVERY_MS = 30_000

export interface Gatherer {
  stop(): Promise<void>
}

export function startGatherer(db: Database, onError: (error: unknown) => void): Gatherer {
  const stopping = new AbortController()
  const batch = BATCH[db.kind]
  const due = { againMs: 0, sweepMs: 0 }

  /** Gives whether there may be more to do at once. */
  async function round(): Promise<boolean> {
    const atMs = monotonicMs()
    if (atMs >= due.sweepMs) {
      due.sweepMs = atMs + SWEEP_EVERY_MS
      await indexStragglers(db, nowMs())
    }
    if (atMs >= due.againMs && (await indexAgain(db, batch)) < batch) due.againMs = atMs + AGAIN_EVERY_MS
    return (await indexNext(db, batch, nowMs())) === batch
  }

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const startedMs = monotonicMs()
      const more = await round().catch((error: unknown) => {
        onError(error)
        return false
      })
      await sleep(more ? REST * (monotonicMs() - startedMs) : IDLE_MS, stopping.signal)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }
}
