import { describe, expect, it } from 'vitest'
import { decide, withPositions, type GateState } from './gate.ts'

const ranking = (stale = false) => ({
  name: 'finviz',
  snapshotId: 'snapshot',
  takenAtMs: 0,
  stale,
  rankOf: (ticker: string) => ({ AAPL: 1, MSFT: 15, NVDA: 16 })[ticker] ?? null,
})
const state = (over: Partial<GateState> = {}): GateState => ({
  topN: 15,
  stalePolicy: 'reject',
  ranking: ranking(),
  ...over,
})

describe('the gate', () => {
  it.each([
    ['approves the last rank that counts', 'MSFT', 'buy', {}, 'approved', 'in-ranking'],
    ['rejects the first rank that does not', 'NVDA', 'buy', {}, 'rejected', 'not-in-ranking'],
    ['rejects a ticker that is not listed', 'ZZZZ', 'buy', {}, 'rejected', 'not-in-ranking'],
    ['approves everything with the rank gate off', 'ZZZZ', 'buy', { topN: 0 }, 'approved', 'rank-gate-off'],
    ['rejects by a stale ranking', 'AAPL', 'buy', { ranking: ranking(true) }, 'rejected', 'ranking-stale'],
    [
      'lets through by a stale ranking when told so',
      'ZZZZ',
      'buy',
      { ranking: ranking(true), stalePolicy: 'approve' },
      'approved',
      'let-through-stale',
    ],
    [
      'holds by a stale ranking when told so',
      'AAPL',
      'buy',
      { ranking: ranking(true), stalePolicy: 'hold' },
      'held',
      'held-stale',
    ],
    [
      'rejects while there has never been a ranking',
      'AAPL',
      'buy',
      { ranking: null },
      'rejected',
      'no-ranking',
    ],
    [
      'approves a sell in the list without asking for positions',
      'AAPL',
      'sell',
      {},
      'approved',
      'in-ranking',
    ],
  ] as const)('%s', (_title, ticker, side, over, kind, reason) => {
    expect(decide({ ticker, side }, state(over as Partial<GateState>))).toMatchObject({ kind, reason })
  })

  it('asks for the positions before it refuses a sell, whatever the ranking says', () => {
    for (const over of [{}, { ranking: null }, { ranking: ranking(true) }]) {
      const answer = decide({ ticker: 'ZZZZ', side: 'sell' }, state(over))
      expect(answer.kind).toBe('ask-positions')
      if (answer.kind !== 'ask-positions') continue
      expect(withPositions(answer.otherwise, true)).toMatchObject({
        kind: 'approved',
        reason: 'position-open',
      })
      expect(withPositions(answer.otherwise, false)).toMatchObject({
        kind: 'rejected',
        facts: { positionOpen: false },
      })
    }
  })

  it('rejects what is older on arrival than its key allows, and takes what is just young enough', () => {
    const late = decide({ ticker: 'AAPL', side: 'buy', lagMs: 1_001, lagMsMax: 1_000 }, state())
    expect(late).toMatchObject({ kind: 'rejected', reason: 'too-old-on-arrival' })
    expect(decide({ ticker: 'AAPL', side: 'buy', lagMs: 1_000, lagMsMax: 1_000 }, state()).kind).toBe(
      'approved',
    )
  })

  it('keeps the facts it used', () => {
    expect(decide({ ticker: 'AAPL', side: 'buy' }, state())).toMatchObject({
      facts: { ranking: 'finviz', rank: 1, topN: 15, snapshotId: 'snapshot', stale: false },
    })
  })
})
