/** Decides again what was refused for its rank, or held, once the ranking has changed. */
import type { Database } from '../../platform/db/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import type { Destination } from '../destinations/destination.ts'
import { decide, type GateState } from '../gate.ts'
import { route } from '../journal/journal.ts'
import { findUndecided, redecide, type Redecision } from './store.ts'
import type { Decision, Signal } from '../signal.ts'

export interface ReprocessPorts {
  db: Database
  node: string
  gateState(): GateState
  destinations(): readonly Destination[]
  /** null: reprocessing of refused signals is off; held ones are always decided. */
  windowMs(): number | null
  /** How long a held signal waits for a fresh ranking. */
  holdMs: number
}

/**
 * One round: refused signals whose ticker has entered within the window are approved, held ones get their decision or run
 * out. Any number of processes may do it at once: a signal is decided again only by whoever still finds it undecided.
 * Gives how many were approved.
 */
export async function reprocess(ports: ReprocessPorts): Promise<number> {
  const now = nowMs()
  const state = ports.gateState()
  const fresh = state.topN === 0 || (state.ranking !== null && !state.ranking.stale)
  const windowMs = ports.windowMs()
  const waiting = await findUndecided(ports.db, {
    nowMs: now,
    refusedSinceMs: windowMs === null || !fresh ? null : now - windowMs,
  })
  const decided = waiting
    .map(({ signal, decision }) => redecision(signal, decision, ports, now, fresh))
    .filter((one) => one !== null)
  if (decided.length === 0) return 0
  return redecide(ports.db, ports.node, decided)
}

function redecision(
  signal: Signal,
  was: 'held' | 'rejected',
  ports: ReprocessPorts,
  now: number,
  fresh: boolean,
): Redecision | null {
  const decision = decideAgain(signal, was, ports, now, fresh)
  if (decision === null) return null
  const deliveries = decision.kind === 'approved' ? route(signal, ports.destinations()) : []
  return { signalId: signal.id, was, decision, deliveries }
}

function decideAgain(
  signal: Signal,
  was: 'held' | 'rejected',
  ports: ReprocessPorts,
  now: number,
  fresh: boolean,
): Decision | null {
  if (!fresh) {
    const ranOut = was === 'held' && now - signal.receivedAtMs > ports.holdMs
    return ranOut
      ? {
          kind: 'rejected',
          reason: 'hold-ran-out',
          facts: { rule: `fresh ranking within ${ports.holdMs} ms` },
        }
      : null
  }
  const answer = decide({ ticker: signal.ticker, side: signal.side }, ports.gateState())
  const decision = answer.kind === 'ask-positions' ? answer.otherwise : answer
  if (was === 'held') return decision
  return decision.kind === 'approved' ? { ...decision, reason: 'entered-later' } : null
}
