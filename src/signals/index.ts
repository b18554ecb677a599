/** The face of the heart: what sources submit to, what sinks take from, and what the app wires. */
export type { Side, Signal, SignalDraft } from './signal.ts'
export { DECISION_REASONS, DECISIONS } from './signal.ts'
export { ruleText, type GateState } from './gate.ts'
export { createJournal, type Journal, type Receipt, type Submission } from './journal/journal.ts'
export { dropExpiredKeys, type JournalEntry, type RepeatKey } from './journal/store.ts'
export { reprocess } from './redecide/reprocess.ts'
export {
  DEFAULT_RETRY_DELAYS_MS,
  isTrusted,
  rotateSecrets,
  webhookIdOf,
  type Destination,
  type DestinationSettings,
} from './destinations/destination.ts'
export { openDestinationBook, type DestinationBook } from './destinations/book.ts'
export {
  insertDestination,
  setState as setDestinationState,
  updateDestination,
} from './destinations/store.ts'
export { destinationRoutes } from './destinations/routes.ts'
export { hasFailedForADay } from './outbox/circuit.ts'
export { startDeliverer, type Deliverer } from './outbox/deliverer.ts'
export type { Delivery, DeliveryResult } from './outbox/delivery.ts'
export { ATTEMPT_OUTCOMES } from './outbox/delivery.ts'
export type { Attempt } from './outbox/settle.ts'
export { countPending, dropIdleLanes } from './outbox/store.ts'
export { listOpen, type OpenTicker } from './positions/store.ts'
export { dropOldCounters, listSignals, readCounters } from './audit/store.ts'
export { startGatherer } from './search/role.ts'
export { flowRoutes } from './flow/routes.ts'
export { dropOldSamples, sampleCounters } from './flow/store.ts'
export { auditRoutes } from './audit/routes.ts'
