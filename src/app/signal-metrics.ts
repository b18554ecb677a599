/** The metrics of the pipeline: what came in, what was decided, how deliveries went, what waits. */
import type { Metrics } from '../platform/runtime/index.ts'

export function signalMetrics(metrics: Metrics, ask: { queueSize(): number; holding(): number }) {
  metrics.gauge({ name: 'outbox_pending', help: 'Deliveries accepted and not yet ended.' }, (gauge) =>
    gauge.set(ask.queueSize()),
  )
  metrics.gauge({ name: 'lanes_held', help: 'Lanes this process is working.' }, (gauge) =>
    gauge.set(ask.holding()),
  )
  return {
    received: metrics.counter({
      name: 'signals_total',
      help: 'Signals answered, by what became of them.',
      labels: ['status', 'reason'],
    }),
    refused: metrics.counter({
      name: 'payloads_refused_total',
      help: 'Payloads that could not be read or were not let in, by cause.',
      labels: ['code'],
    }),
    refusedLost: metrics.counter({
      name: 'refusals_not_kept_total',
      help: 'Refusals that a flood kept out of the log of refused payloads.',
    }),
    attempts: metrics.counter({
      name: 'delivery_attempts_total',
      help: 'Attempts to deliver, by how they ended.',
      labels: ['outcome'],
    }),
    latency: metrics.durations({
      name: 'delivery_attempt_seconds',
      help: 'Time from sending to the answer.',
    }),
    reprocessed: metrics.counter({
      name: 'signals_approved_later_total',
      help: 'Signals approved when their ticker entered the ranking later.',
    }),
  }
}
export type SignalMetrics = ReturnType<typeof signalMetrics>
