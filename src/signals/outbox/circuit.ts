/** Each destination's circuit: closed, open for a while after failures in a row, then one probe. Shared through the database. */
import type { Database } from '../../platform/db/index.ts'
import { readHealth, writeHealth } from './store.ts'

/** Failures in a row that open the circuit. */
const FAILURES_MAX = 5
const OPEN_MS_MIN = 1_000
const OPEN_MS_MAX = 60_000

export interface CircuitState {
  failures: number
  /** Nothing is sent before. */
  notBeforeMs: number
  failingSinceMs: number | null
}

const CLOSED: CircuitState = { failures: 0, notBeforeMs: 0, failingSinceMs: null }

/** The state after one more attempt. Pure. */
export function afterAttempt(
  state: CircuitState,
  attempt: { failed: boolean; retryAfterMs?: number },
  nowMs: number,
): CircuitState {
  if (!attempt.failed) return CLOSED
  const failures = state.failures + 1
  const openMs =
    failures < FAILURES_MAX ? 0 : Math.min(OPEN_MS_MAX, OPEN_MS_MIN * 2 ** (failures - FAILURES_MAX))
  const notBeforeMs = Math.max(state.notBeforeMs, nowMs + Math.max(openMs, attempt.retryAfterMs ?? 0))
  return {
    failures,
    notBeforeMs: openMs > 0 || attempt.retryAfterMs !== undefined ? notBeforeMs : state.notBeforeMs,
    failingSinceMs: state.failingSinceMs ?? nowMs,
  }
}

const TOO_LONG_MS = 24 * 3_600_000

/** Whether every attempt has failed for a day. */
export function hasFailedForADay({ failingSinceMs }: CircuitState, nowMs: number): boolean {
  return failingSinceMs !== null && nowMs - failingSinceMs >= TOO_LONG_MS
}

export type CircuitName = 'closed' | 'open' | 'probing'

function circuitName(state: CircuitState, nowMs: number): CircuitName {
  if (nowMs < state.notBeforeMs) return 'open'
  return state.failures >= FAILURES_MAX ? 'probing' : 'closed'
}

export interface Circuits {
  state(destinationId: string): CircuitState
  name(destinationId: string, nowMs: number): CircuitName
  /** Takes note of an attempt; what other processes must know is written. */
  note(
    destinationId: string,
    attempt: { failed: boolean; retryAfterMs?: number },
    nowMs: number,
  ): CircuitState
  /** Reads what other processes have learnt. */
  refresh(): Promise<void>
}

export function createCircuits(db: Database, onError: (error: unknown) => void): Circuits {
  const states = new Map<string, CircuitState>()
  /** What the last look saw: only news is taken over, else an old recovery would undo each failure counted since. */
  const seen = new Map<string, string>()
  const state = (id: string) => states.get(id) ?? CLOSED
  let told = Promise.resolve()
  /** One after another: a recovery must not be overtaken by the failure before it. */
  const tell = (id: string) => {
    told = told.then(() => writeHealth(db, id, state(id))).catch(onError)
  }
  return {
    state,
    name: (id, nowMs) => circuitName(state(id), nowMs),
    note(id, attempt, nowMs) {
      const before = state(id)
      const next = afterAttempt(before, attempt, nowMs)
      if (next === before || (before === CLOSED && next === CLOSED)) return next
      states.set(id, next)
      const worthTelling =
        next.notBeforeMs !== before.notBeforeMs || (next === CLOSED && before.failures >= FAILURES_MAX)
      if (worthTelling) tell(id)
      return next
    },
    async refresh() {
      const shared = await readHealth(db)
      for (const [id, theirs] of shared) {
        const news = JSON.stringify(theirs)
        if (seen.get(id) === news) continue
        seen.set(id, news)
        if (theirs.notBeforeMs > state(id).notBeforeMs || theirs.failures === 0) states.set(id, theirs)
      }
    },
  }
}
