/** The wire schemas of the audit trail. */
import { z } from 'zod'
import { DECISION_REASONS, DECISIONS, type DecisionReason } from '../signal.ts'
import { DELIVERY_STATES } from '../outbox/delivery.ts'
import type { DeliveryRow, SignalFilter, SignalRow, SignalTrail } from './store.ts'

const reasons = Object.keys(DECISION_REASONS) as [DecisionReason, ...DecisionReason[]]
const instant = z.iso.datetime()

/** The day UUIDv7 can name last is far; the day before 1970 it cannot name at all. */
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .pipe(z.number().min(0))

export const signalFilter = z.object({
  q: z.string().trim().max(200).optional().describe('words of its text, whole or their beginnings'),
  ticker: z.string().max(40).optional(),
  side: z.enum(['buy', 'sell']).optional(),
  source: z.string().max(40).optional(),
  decision: z.enum(DECISIONS).optional(),
  reason: z.enum(reasons).optional(),
  destination: z.uuid().optional().describe('has a delivery to it'),
  state: z.enum(DELIVERY_STATES).optional().describe('has a delivery in this state'),
  since: time.optional().describe('received then or later'),
  until: time.optional().describe('received before then'),
})

export const signalQuery = signalFilter.extend({
  cursor: z.uuid().optional().describe('`next` of the page before'),
  skip: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe('leave out so many first; only with no filter but time'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

/** A filter by the words the store uses. */
export const filterOf = ({ since, until, ...words }: z.infer<typeof signalFilter>): SignalFilter => ({
  ...words,
  sinceMs: since,
  untilMs: until,
})

export const signalView = z
  .object({
    id: z.uuid(),
    source: z.string(),
    key_id: z.uuid().nullable(),
    sender_id: z.string().nullable(),
    ticker: z.string(),
    exchange: z.string().nullable(),
    side: z.enum(['buy', 'sell']),
    price: z.string().nullable().describe('decimal'),
    quantity: z.string().nullable().describe('decimal'),
    strategy: z.string().nullable(),
    time: instant.nullable().describe("the sender's time"),
    received_at: instant,
    decision: z.enum(DECISIONS),
    reason: z.enum(reasons),
    reason_text: z.string(),
    facts: z.record(z.string(), z.unknown()),
    decided_at: instant,
    delivery: z.enum(DELIVERY_STATES).nullable(),
  })
  .meta({ id: 'Signal' })

export const signalPage = z.object({ items: z.array(signalView), next: z.string().nullable() })

export const deliveryView = z
  .object({
    seq: z.int(),
    signal_id: z.uuid(),
    destination_id: z.uuid(),
    ticker: z.string(),
    side: z.enum(['buy', 'sell']),
    state: z.enum(DELIVERY_STATES),
    reason: z.string().nullable(),
    attempts: z.int(),
    created_at: instant,
    at: instant.describe('pending: when it is due; else when it ended'),
    status: z.int().nullable(),
    latency_ms: z.number().nullable(),
    excerpt: z.string().nullable().describe('what the receiver answered, shortened'),
    replayed_at: instant.nullable(),
  })
  .meta({ id: 'Delivery' })

export const deliveryPage = z.object({ items: z.array(deliveryView), next: z.string().nullable() })

const timelineEvent = z.object({
  at: instant,
  event: z.enum(['received', 'decided', 'attempted', 'delivered', 'expired', 'dead', 'replayed', 'due']),
  destination_id: z.uuid().nullable(),
  detail: z.record(z.string(), z.unknown()),
})

export const signalTrail = z
  .object({
    signal: signalView.extend({ body: z.string(), metadata: z.record(z.string(), z.unknown()).nullable() }),
    timeline: z.array(timelineEvent),
    deliveries: z.array(deliveryView.extend({ body: z.string() })),
  })
  .meta({ id: 'SignalTrail' })

const iso = (ms: number) => new Date(ms).toISOString()
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms))

export function viewOfSignal(row: SignalRow): z.infer<typeof signalView> {
  return {
    id: row.id,
    source: row.source,
    key_id: row.keyId,
    sender_id: row.senderId,
    ticker: row.ticker,
    exchange: row.exchange,
    side: row.side,
    price: row.price,
    quantity: row.quantity,
    strategy: row.strategy,
    time: isoOrNull(row.occurredAtMs),
    received_at: iso(row.receivedAtMs),
    decision: row.decision,
    reason: row.reason,
    reason_text: DECISION_REASONS[row.reason],
    facts: { ...row.facts },
    decided_at: iso(row.decidedAtMs),
    delivery: row.delivery,
  }
}

export function viewOfDelivery(row: DeliveryRow): z.infer<typeof deliveryView> {
  return {
    seq: row.seq,
    signal_id: row.signalId,
    destination_id: row.destinationId,
    ticker: row.ticker,
    side: row.side,
    state: row.state,
    reason: row.reason,
    attempts: row.attempts,
    created_at: iso(row.createdAtMs),
    at: iso(row.atMs),
    status: row.status,
    latency_ms: row.latencyMs,
    excerpt: row.excerpt,
    replayed_at: isoOrNull(row.replayedAtMs),
  }
}

/** A trail as one list of events, oldest first. */
export function viewOfTrail({
  signal,
  decisions,
  deliveries,
  attempts,
}: SignalTrail): z.infer<typeof signalTrail> {
  const decided = [...decisions, { ...signal }].map((d) => ({
    atMs: d.decidedAtMs,
    event: 'decided' as const,
    destination_id: null,
    detail: { decision: d.decision, reason: d.reason, text: DECISION_REASONS[d.reason], facts: d.facts },
  }))
  const tried = attempts.map((a) => ({
    atMs: a.startedAtMs,
    event: 'attempted' as const,
    destination_id: a.destinationId,
    detail: {
      attempt: a.attempt,
      outcome: a.outcome,
      status: a.status,
      latency_ms: a.latencyMs,
      excerpt: a.excerpt,
      retry_at: iso(a.retryAtMs),
    },
  }))
  const ended = deliveries.flatMap((d) => [
    {
      atMs: d.atMs,
      event: d.state === 'pending' ? ('due' as const) : d.state,
      destination_id: d.destinationId,
      detail: {
        attempts: d.attempts,
        reason: d.reason,
        status: d.status,
        latency_ms: d.latencyMs,
        excerpt: d.excerpt,
      },
    },
    ...(d.replayedAtMs === null
      ? []
      : [{ atMs: d.replayedAtMs, event: 'replayed' as const, destination_id: d.destinationId, detail: {} }]),
  ])
  const received = { atMs: signal.receivedAtMs, event: 'received' as const, destination_id: null, detail: {} }
  const timeline = [received, ...[...decided, ...tried, ...ended].toSorted((a, b) => a.atMs - b.atMs)]
  return {
    signal: { ...viewOfSignal(signal), body: signal.body, metadata: signal.metadata },
    timeline: timeline.map(({ atMs, ...event }) => ({ at: iso(atMs), ...event })),
    deliveries: deliveries.map((d) => ({ ...viewOfDelivery(d), body: d.body })),
  }
}
