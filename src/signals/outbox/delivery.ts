/** A delivery on its way, and how an attempt at it can end. */
import type { Side } from '../signal.ts'

/** Who holds a lane may send its rows; the fence says which holder it was. */
export interface LaneHold {
  destinationId: string
  ticker: string
  fence: number
}

/** One row of the outbox, as a deliverer gets it. */
export interface Delivery {
  seq: number
  signalId: string
  destinationId: string
  ticker: string
  side: Side
  body: string
  attempts: number
  dueAtMs: number
  maxAgeAtMs: number
  /** Sent whatever its age: a person asked for it. */
  forced: boolean
}

export const DELIVERY_STATES = ['pending', 'delivered', 'expired', 'dead'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** The closed list of ways an attempt ends: metric label, audit row and UI text at once. */
export const ATTEMPT_OUTCOMES = {
  delivered: 'the receiver took it',
  'rejected-by-receiver': 'the receiver refused it for good',
  gone: 'the receiver said that the address is no more (410)',
  'rate-limited': 'the receiver asked to slow down',
  'receiver-error': 'the receiver failed',
  redirected: 'the receiver pointed elsewhere; redirects are not followed',
  timeout: 'no answer in time; whether it arrived is unknown',
  'connection-failed': 'no connection, or it broke; whether it arrived is unknown',
  'address-refused': 'the address is private or not allowed',
  'retries-exhausted': 'every retry failed',
  'too-old': 'it was past its time',
  'destination-disabled': 'its destination is disabled',
} as const
export type AttemptOutcome = keyof typeof ATTEMPT_OUTCOMES

/** What a deliverer reports of one delivery. `retry` puts it back, the others end it. */
export interface DeliveryResult {
  delivery: Delivery
  fence: number
  state: 'delivered' | 'expired' | 'dead' | 'retry'
  outcome: AttemptOutcome
  /** Attempts made so far, this one included. */
  attempts: number
  startedAtMs: number
  latencyMs?: number
  status?: number
  excerpt?: string
  retryAtMs?: number
}

/** A row just committed, handed to a deliverer in the same process; `puts` says whether it knows all that came before. */
export interface LaneOffer {
  puts: number
  delivery: Delivery
}
