/** Where the time of a signal went, step by step, until each destination had it. Pure. */
import type { z } from 'zod'
import type { signalTrail } from '../../../src/signals/audit/contract.ts'

type Trail = z.infer<typeof signalTrail>

export interface Step {
  what: string
  ms: number
}

const between = (from: string, to: string) => Date.parse(to) - Date.parse(from)

/** From the sender's own time to the decision. */
export function stepsToDecision({ signal }: Trail): Step[] {
  const lag =
    signal.time === null ? [] : [{ what: 'Sender’s own lag', ms: between(signal.time, signal.received_at) }]
  return [...lag, { what: 'Taken in and decided', ms: between(signal.received_at, signal.decided_at) }]
}

/** From the decision to the end of one delivery: waiting and trying, by turns. */
export function stepsOfDelivery({ timeline }: Trail, delivery: Trail['deliveries'][number]): Step[] {
  const steps: Step[] = []
  let atMs = Date.parse(delivery.created_at)
  const add = (what: string, startMs: number, latencyMs: number) => {
    steps.push({ what: steps.length === 0 ? 'In the queue' : 'Until the next attempt', ms: startMs - atMs })
    steps.push({ what, ms: latencyMs })
    atMs = startMs + latencyMs
  }
  const tried = timeline.filter(
    ({ event, destination_id }) => event === 'attempted' && destination_id === delivery.destination_id,
  )
  for (const { at, detail } of tried)
    add(
      `Attempt ${String(detail['attempt'])}, ${String(detail['outcome'])}`,
      Date.parse(at),
      Number(detail['latency_ms']),
    )
  if (delivery.latency_ms !== null && delivery.state !== 'pending')
    add(
      `Attempt ${delivery.attempts}, ${delivery.state}`,
      Date.parse(delivery.at) - delivery.latency_ms,
      delivery.latency_ms,
    )
  return steps.map(({ what, ms }) => ({ what, ms: Math.max(0, ms) }))
}
