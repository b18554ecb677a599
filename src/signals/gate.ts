/** Decides a signal from what is in memory: its rank in the ranking, and whether it closes an open position. Pure. */
import type { Decision, DecisionFacts, Side } from './signal.ts'

export type StalePolicy = 'reject' | 'approve' | 'hold'

/** The ranking as the gate sees it; null while there has never been one. */
export interface RankingInForce {
  name: string
  snapshotId: string
  takenAtMs: number
  stale: boolean
  /** 1-based, or null when the ticker is not in the list. */
  rankOf(ticker: string): number | null
}

export interface GateState {
  /** 0 turns the rank gate off. */
  topN: number
  stalePolicy: StalePolicy
  ranking: RankingInForce | null
}

export interface GateQuestion {
  ticker: string
  side: Side
  /** Sender's time to arrival, where the sender gave a time; compared with the key's own bound. */
  lagMs?: number
  lagMsMax?: number
}

/** The gate's word, or `ask-positions` when only an open position could let this sell through. */
export type GateAnswer = Decision | { kind: 'ask-positions'; otherwise: Decision }

/**
 * The default rule: `rank(finviz) <= TOP_N or (side = sell and position open)`. An exit of a position that is open here is
 * never held back, whatever the ranking says; so a sell that the ranking would refuse asks for the positions first.
 */
export function decide(question: GateQuestion, state: GateState): GateAnswer {
  const { lagMs, lagMsMax } = question
  if (lagMsMax !== undefined && lagMs !== undefined && lagMs > lagMsMax) {
    return { kind: 'rejected', reason: 'too-old-on-arrival', facts: { rule: `lag <= ${lagMsMax} ms`, lagMs } }
  }
  if (state.topN === 0) {
    return { kind: 'approved', reason: 'rank-gate-off', facts: { rule: 'none', topN: 0 } }
  }
  const byRank = decideByRank(question.ticker, state)
  if (byRank.kind !== 'approved' && question.side === 'sell')
    return { kind: 'ask-positions', otherwise: byRank }
  return byRank
}

/** The decision for a sell whose ranking said no, once the positions are known. */
export function withPositions(otherwise: Decision, positionOpen: boolean): Decision {
  const facts = { ...otherwise.facts, positionOpen }
  return positionOpen
    ? { kind: 'approved', reason: 'position-open', facts }
    : { kind: otherwise.kind, reason: otherwise.reason, facts }
}

/** The rule in words, for the facts and the page. */
export function ruleText(topN: number, ranking = 'finviz'): string {
  return `rank(${ranking}) <= ${topN} or (side = sell and position open)`
}

function decideByRank(ticker: string, { topN, stalePolicy, ranking }: GateState): Decision {
  if (ranking === null) return unsure('no-ranking', stalePolicy, { rule: ruleText(topN), topN })
  const rank = ranking.rankOf(ticker)
  const facts: DecisionFacts = {
    rule: ruleText(topN, ranking.name),
    ranking: ranking.name,
    rank,
    topN,
    snapshotId: ranking.snapshotId,
    takenAtMs: ranking.takenAtMs,
    stale: ranking.stale,
  }
  if (ranking.stale) return unsure('ranking-stale', stalePolicy, facts)
  return rank !== null && rank <= topN
    ? { kind: 'approved', reason: 'in-ranking', facts }
    : { kind: 'rejected', reason: 'not-in-ranking', facts }
}

/** Without a fresh ranking the policy speaks. */
function unsure(reason: 'no-ranking' | 'ranking-stale', policy: StalePolicy, facts: DecisionFacts): Decision {
  if (policy === 'approve') return { kind: 'approved', reason: 'let-through-stale', facts }
  if (policy === 'hold') return { kind: 'held', reason: 'held-stale', facts }
  return { kind: 'rejected', reason, facts }
}
