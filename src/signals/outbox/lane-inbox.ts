/**
 * The rows a held lane knows, in order. What the journal of this process has just committed is handed over from memory, but
 * only when nothing was put in between that this process has not seen: the lane's count of puts tells. Else it is fetched.
 */
import { after } from '../../platform/runtime/index.ts'
import type { Delivery } from './delivery.ts'
import { FETCH_ROWS_MAX, type FetchedLane } from './store.ts'

/** More than this waits in the database, not in memory. */
const QUEUE_MAX = 256

export interface LaneInbox {
  queue: Delivery[]
  /** How often something had been put into the lane when the queue was complete. */
  readonly puts: number
  /** There may be rows that the queue does not hold. */
  behind: boolean
  /** Takes rows of one commit; `puts` is the lane's count with it. */
  offer(puts: number, deliveries: readonly Delivery[]): void
  /** Reads the lane; rows whose result is not committed yet are known already. */
  catchUp(look: () => Promise<FetchedLane>, known: ReadonlyMap<number, unknown>): Promise<void>
  /** True when something came within `ms`. */
  wait(ms: number): Promise<boolean>
}

export function createLaneInbox(): LaneInbox {
  let puts = -1
  let wake: (() => void) | null = null
  const inbox: LaneInbox = {
    queue: [],
    behind: true,
    get puts() {
      return puts
    },
    offer(atPuts, deliveries) {
      if (!inbox.behind && atPuts === puts + 1 && inbox.queue.length < QUEUE_MAX) {
        puts = atPuts
        inbox.queue.push(...deliveries)
      } else {
        inbox.behind = true
      }
      wake?.()
    },
    async catchUp(look, known) {
      if (inbox.queue.length > 0) return
      inbox.behind = false
      // What is offered while this look is under way may or may not be in it: `behind` is set again by an offer that is ahead.
      puts = Number.NaN
      // As known before the look: a result that is committed while it is under way may still be missing from what it saw.
      const sent = new Set(known.keys())
      const fetched = await look()
      inbox.queue = fetched.deliveries.filter((delivery) => !sent.has(delivery.seq))
      puts = fetched.puts
      if (fetched.deliveries.length >= FETCH_ROWS_MAX) inbox.behind = true
    },
    wait(ms) {
      return new Promise((resolve) => {
        const settle = (came: boolean) => {
          cancel()
          wake = null
          resolve(came)
        }
        const cancel = after(ms, () => settle(false))
        wake = () => settle(true)
      })
    },
  }
  return inbox
}
