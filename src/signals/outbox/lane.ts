/** Works one leased lane from its head, in order, until it is empty, blocked or lost. */
import { monotonicMs, nowMs, random } from '../../platform/runtime/index.ts'
import { isTrusted, type Destination } from '../destinations/destination.ts'
import type { Circuits } from './circuit.ts'
import type { Delivery, DeliveryResult, LaneHold } from './delivery.ts'
import type { Permits } from './permits.ts'
import { expire, isExpired, settle, type Attempt } from './settle.ts'
import type { LaneInbox } from './lane-inbox.ts'
import { LEASE_MS, type FetchedLane, type LaneRelease } from './store.ts'

/**
 * Results that may still be uncommitted while the lane goes on. A crash repeats at most these, in order and under their old
 * ids. One would be the strictest; eight keeps fifteen lanes busy at thousands a second, and at a real receiver's pace
 * (one answer takes longer than one commit) there is never more than one.
 */
const UNCOMMITTED_MAX = 8

/** A holder trusts its lease until this long after it was taken or renewed; the rest is for clocks and pauses. */
export const TRUST_MS = LEASE_MS - 2_000

/** A lane that is idle is kept a little, so that its next row need not be claimed; other processes' rows are looked for. */
const LOOK_WHILE_IDLE_MS = 100
const IDLE_LOOKS_MAX = 10

export interface HeldLane extends LaneHold {
  /** Monotonic time until which the lease can be trusted. */
  trustedUntilMs: number
  /** Ended when the lease is lost: what is in flight is given up. */
  lost: AbortController
  inbox: LaneInbox
}

/** Sends one delivery: a value for every network outcome, never a throw. */
export type Send = (delivery: Delivery, destination: Destination, signal: AbortSignal) => Promise<Attempt>

export interface LanePorts {
  send: Send
  destination(id: string): Destination | undefined
  fetch(lane: LaneHold): Promise<FetchedLane>
  /** Resolves once committed; false when the result did not count (the lane was lost). */
  finish(result: DeliveryResult): Promise<boolean>
  permits: Permits
  circuits: Circuits
  /** Waits for one of the destination's places; resolves with the way to give it back. */
  place(destination: Destination): Promise<() => void>
  onAttempt(attempt: Attempt, destination: Destination, delivery: Delivery): void
  stopping(): boolean
}

/** Gives what the lane should be released with, or null when it was lost. */
export async function workLane(lane: HeldLane, ports: LanePorts): Promise<LaneRelease | null> {
  const { inbox } = lane
  const uncommitted = new Map<number, Promise<boolean>>()
  const done = (dueAtMs: number | null) => finishLane(lane, uncommitted, { dueAtMs, puts: inbox.puts })
  let idleLooks = 0
  for (;;) {
    if (inbox.behind) await inbox.catchUp(() => ports.fetch(lane), uncommitted)
    const delivery = inbox.queue[0]
    if (delivery === undefined) {
      if (inbox.behind) continue
      if (ports.stopping() || lane.lost.signal.aborted || idleLooks++ >= IDLE_LOOKS_MAX) return done(null)
      if (!(await inbox.wait(LOOK_WHILE_IDLE_MS))) inbox.behind = true
      continue
    }
    idleLooks = 0
    const destination = ports.destination(delivery.destinationId)
    const pause = pauseBefore(delivery, destination, lane, ports)
    if (pause !== null) return done(pause)
    const result = await deliver(delivery, destination!, lane, ports)
    if (result === null) return done(delivery.dueAtMs)
    inbox.queue.shift()
    note(uncommitted, delivery.seq, ports.finish(result))
    if (result.state === 'retry') return done(result.retryAtMs!)
    if (uncommitted.size >= UNCOMMITTED_MAX) await uncommitted.values().next().value
    if (lane.lost.signal.aborted) return done(null)
  }
}

/** When to come back to this delivery, or null to go on with it now. */
function pauseBefore(
  delivery: Delivery,
  destination: Destination | undefined,
  lane: HeldLane,
  ports: LanePorts,
): number | null {
  if (destination === undefined || ports.stopping() || lane.lost.signal.aborted) return delivery.dueAtMs
  const now = nowMs()
  if (isExpired(delivery, now)) return null
  if (destination.state !== 'active' || delivery.dueAtMs > now) return delivery.dueAtMs
  return ports.circuits.name(destination.id, now) === 'open'
    ? ports.circuits.state(destination.id).notBeforeMs
    : null
}

/** One delivery: a place, a permit, an attempt, its result. Null: not attempted, the lane is given back as it was. */
async function deliver(
  delivery: Delivery,
  destination: Destination,
  lane: HeldLane,
  ports: LanePorts,
): Promise<DeliveryResult | null> {
  const { fence } = lane
  if (isExpired(delivery, nowMs())) return expire(delivery, { fence, nowMs: nowMs() })
  const giveBack = await ports.place(destination)
  try {
    const timeLeftMs = delivery.forced ? Number.MAX_SAFE_INTEGER : delivery.maxAgeAtMs - nowMs()
    const permitted = await ports.permits.take(
      permitName(destination),
      destination.settings.limits,
      monotonicMs() + timeLeftMs,
    )
    if (isExpired(delivery, nowMs())) return expire(delivery, { fence, nowMs: nowMs() })
    const mayAct =
      permitted && !ports.stopping() && !lane.lost.signal.aborted && monotonicMs() < lane.trustedUntilMs
    if (!mayAct) return null
    const attempt = await ports.send(delivery, destination, lane.lost.signal)
    ports.onAttempt(attempt, destination, delivery)
    return settle(delivery, attempt, destination.settings, { fence, nowMs: nowMs(), chance: random() })
  } finally {
    giveBack()
  }
}

/** Waits until every result is committed, so that whoever takes the lane next sees where it stands. */
async function finishLane(
  lane: HeldLane,
  uncommitted: Map<number, Promise<boolean>>,
  { dueAtMs, puts }: Pick<LaneRelease, 'dueAtMs' | 'puts'>,
): Promise<LaneRelease | null> {
  const counted = await Promise.all(uncommitted.values())
  if (lane.lost.signal.aborted || counted.includes(false)) return null
  return { destinationId: lane.destinationId, ticker: lane.ticker, fence: lane.fence, dueAtMs, puts }
}

function note(uncommitted: Map<number, Promise<boolean>>, seq: number, committed: Promise<boolean>): void {
  uncommitted.set(
    seq,
    committed.finally(() => uncommitted.delete(seq)),
  )
}

/** Limits belong to the receiver's account: destinations of one address set by one operator still have their own. */
function permitName(destination: Destination): string {
  return `${isTrusted(destination) ? 'trusted' : 'api'}-destination:${destination.id}`
}
