/** The sell desk: sells what is open, one ticker or all, as signals through the same journal. */
import type { Database } from '../../platform/db/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import { listOpen, type Journal, type OpenTicker } from '../../signals/index.ts'

/** A second click within this time is the same sell. */
const REPEAT_MS = 60_000

export interface SellOutcome {
  ticker: string
  /** `sold`: accepted and queued. `already`: its sell was on its way. `not-open`: there is nothing to sell. */
  outcome: 'sold' | 'already' | 'not-open'
  signalId: string | null
}

export interface SellDesk {
  list(): Promise<OpenTicker[]>
  sellOne(ticker: string, by: string): Promise<SellOutcome>
  sellAll(by: string): Promise<SellOutcome[]>
}

export function openSellDesk(db: Database, journal: Journal): SellDesk {
  async function sell(open: OpenTicker, by: string): Promise<SellOutcome> {
    if (open.state === 'closing') return { ticker: open.ticker, outcome: 'already', signalId: open.signalId }
    const receivedAtMs = nowMs()
    const receipt = await journal.accept({
      draft: {
        ticker: open.ticker,
        side: 'sell',
        occurredAtMs: receivedAtMs,
        metadata: { by },
        body: JSON.stringify({ ticker: open.ticker, side: 'sell', by }),
      },
      source: 'manual',
      receivedAtMs,
      decided: { kind: 'approved', reason: 'manual', facts: { rule: 'none', positionOpen: true } },
      destinationIds: open.destinationIds,
      // Named by the buy that opened it: two people selling at once sell it once.
      repeat: { key: `desk:${open.ticker}:${open.signalId}`, bodyHash: '', keepMs: REPEAT_MS, named: false },
    })
    const outcome = receipt.status === 'duplicate' ? 'already' : 'sold'
    return { ticker: open.ticker, outcome, signalId: receipt.signalId }
  }

  return {
    list: () => listOpen(db),
    async sellOne(ticker, by) {
      const [open] = await listOpen(db, ticker)
      return open === undefined ? { ticker, outcome: 'not-open', signalId: null } : sell(open, by)
    },
    async sellAll(by) {
      const open = await listOpen(db)
      return Promise.all(open.map((one) => sell(one, by)))
    },
  }
}
