/** The deliverer: leases lanes of active destinations, works each, renews what it holds, and lets everything go at the end. */
import { createGroupCommit, isDataError, type Database } from '../../platform/db/index.ts'
import { every, monotonicMs, nowMs, type Logger } from '../../platform/runtime/index.ts'
import type { Destination } from '../destinations/destination.ts'
import { createCircuits, type Circuits } from './circuit.ts'
import type { Delivery, DeliveryResult, LaneHold, LaneOffer } from './delivery.ts'
import { createLaneInbox } from './lane-inbox.ts'
import { TRUST_MS, workLane, type HeldLane, type LanePorts, type Send } from './lane.ts'
import { createPermits } from './permits.ts'
import { createPlaces } from './places.ts'
import type { Attempt } from './settle.ts'
import {
  FETCH_ROWS_MAX,
  claimLanes,
  expireIdle,
  fetchLanes,
  finishDeliveries,
  LEASE_MS,
  releaseLanes,
  renewLanes,
  type FetchedLane,
  type LaneRelease,
} from './store.ts'

export interface DelivererPorts {
  db: Database
  node: string
  destinations(): readonly Destination[]
  send: Send
  log: Logger
  onAttempt(attempt: Attempt, destination: Destination, delivery: Delivery): void
  /** Told of each result after its commit. */
  onFinished(results: readonly DeliveryResult[]): void
  /** The receiver said `410`: the destination is to be disabled. */
  onGone(destination: Destination): void
}

export interface Deliverer {
  circuits: Circuits
  /** Takes what the journal of this process has just committed. */
  offer(offers: readonly LaneOffer[]): void
  /** Something was queued: look at once instead of at the next look. */
  nudge(): void
  readonly holding: number
  stop(): Promise<void>
}

/** How often to look for lanes that nobody nudged us about (other processes' rows, retries that fell due). */
const LOOK_MS = 200

export function startDeliverer(ports: DelivererPorts): Deliverer {
  const { db, node, log } = ports
  const held = new Map<string, HeldLane>()
  const working = new Set<Promise<void>>()
  const onError = (error: unknown) => log.warn({ err: error }, 'the deliverer could not reach the database')
  const circuits = createCircuits(db, onError)
  const permits = createPermits(db, onError)
  const places = createPlaces()
  const group = { isDataError, groupsInFlight: 1, waitingMax: 100_000, deadlineMs: 30_000 }
  const fetches = createGroupCommit({
    ...group,
    sizeMax: 256,
    commit: async (lanes: LaneHold[]) => inOrder(lanes, await fetchLanes(db, lanes, FETCH_ROWS_MAX)),
  })
  const finishes = createGroupCommit({
    ...group,
    sizeMax: 256,
    commit: async (results: DeliveryResult[]) => {
      const counted = await finishDeliveries(db, node, results)
      ports.onFinished(results.filter((result) => counted.has(result.delivery.seq)))
      return results.map((result) => counted.has(result.delivery.seq))
    },
  })
  const releases = createGroupCommit({
    ...group,
    sizeMax: 256,
    commit: async (lanes: LaneRelease[]) => {
      await releaseLanes(db, lanes)
      return lanes
    },
  })
  let stopped = false
  let looking = false
  let lookAgain = false

  const lanePorts: LanePorts = {
    send: ports.send,
    destination: (id) => ports.destinations().find((d) => d.id === id),
    fetch: (lane) => fetches.add(lane),
    finish: (result) => finishes.add(result),
    permits,
    circuits,
    place: (destination) => places.take(destination.id, destination.settings.concurrency),
    onAttempt(attempt, destination, delivery) {
      ports.onAttempt(attempt, destination, delivery)
      const retryAfterMs = attempt.retryAfterMs
      const failed = attempt.verdict === 'retry' || attempt.outcome === 'gone'
      circuits.note(destination.id, { failed, ...(retryAfterMs !== undefined && { retryAfterMs }) }, nowMs())
      if (attempt.outcome === 'gone') ports.onGone(destination)
    },
    stopping: () => stopped,
  }

  async function work(lane: HeldLane): Promise<void> {
    const key = laneKey(lane)
    try {
      const release = await workLane(lane, lanePorts)
      if (release !== null) await releases.add(release)
    } catch (error) {
      // The database is away: the lease runs out by itself, and the lane goes on from what is committed.
      onError(error)
    }
    held.delete(key)
    if (!stopped) nudge()
  }

  async function look(): Promise<void> {
    const rooms = roomsFor(ports.destinations(), held, circuits)
    if (rooms.length === 0) return
    const takenMs = monotonicMs()
    for (const hold of await claimLanes(db, node, rooms)) {
      const lane = {
        ...hold,
        trustedUntilMs: takenMs + TRUST_MS,
        lost: new AbortController(),
        inbox: createLaneInbox(),
      }
      held.get(laneKey(hold))?.lost.abort()
      held.set(laneKey(hold), lane)
      const promise = work(lane).finally(() => working.delete(promise))
      working.add(promise)
    }
  }

  function nudge(): void {
    if (looking || stopped) {
      lookAgain = true
      return
    }
    looking = true
    lookAgain = false
    look()
      .catch(onError)
      .finally(() => {
        looking = false
        if (lookAgain) nudge()
      })
  }

  async function renew(): Promise<void> {
    const lanes = [...held.values()]
    if (lanes.length === 0) return
    const takenMs = monotonicMs()
    const kept = await renewLanes(
      db,
      lanes.map((lane) => lane.fence),
    )
    for (const lane of lanes) {
      if (kept.has(lane.fence)) lane.trustedUntilMs = takenMs + TRUST_MS
      else if (held.get(laneKey(lane)) === lane) lane.lost.abort()
    }
  }

  const stops = [
    every(LOOK_MS, nudge, onError),
    every(LEASE_MS / 4, renew, onError),
    every(250, () => loseUntrusted(held), onError),
    every(1_000, async () => void (await expireIdle(db, node)), onError),
    every(500, () => circuits.refresh(), onError),
  ]
  return {
    circuits,
    offer(offers) {
      if (stopped) return
      if (offerToLanes(offers, held)) nudge()
    },
    nudge,
    get holding() {
      return held.size
    },
    async stop() {
      stopped = true
      permits.close()
      await Promise.all(working)
      await Promise.all(stops.map((stop) => stop()))
      await Promise.all([fetches.close(), finishes.close(), releases.close()])
    },
  }
}

/** How many more lanes each destination may have: none while its circuit is open, one while it is probed. */
function roomsFor(
  destinations: readonly Destination[],
  held: ReadonlyMap<string, HeldLane>,
  circuits: Circuits,
) {
  const now = nowMs()
  const heldBy = new Map<string, number>()
  for (const { destinationId } of held.values())
    heldBy.set(destinationId, (heldBy.get(destinationId) ?? 0) + 1)
  return destinations
    .filter((d) => d.state === 'active')
    .map((d) => ({
      destinationId: d.id,
      room: lanesMax(d, circuits.name(d.id, now)) - (heldBy.get(d.id) ?? 0),
    }))
    .filter(({ room }) => room > 0)
}

function lanesMax(destination: Destination, circuit: ReturnType<Circuits['name']>): number {
  if (circuit === 'open') return 0
  return circuit === 'probing' ? 1 : Math.max(32, destination.settings.concurrency * 2)
}

function loseUntrusted(held: ReadonlyMap<string, HeldLane>): void {
  const now = monotonicMs()
  for (const lane of held.values()) if (now > lane.trustedUntilMs) lane.lost.abort()
}

/** Hands rows to the lanes that are held; true when some lane has to be claimed first. */
function offerToLanes(offers: readonly LaneOffer[], held: ReadonlyMap<string, HeldLane>): boolean {
  const byLane = new Map<string, LaneOffer[]>()
  for (const offer of offers) {
    const key = laneKey(offer.delivery)
    const lane = byLane.get(key)
    if (lane === undefined) byLane.set(key, [offer])
    else lane.push(offer)
  }
  let someFree = false
  for (const [key, rows] of byLane) {
    const deliveries = rows.map((row) => row.delivery)
    const lane = held.get(key)
    if (lane === undefined) someFree = true
    else lane.inbox.offer(rows[0]!.puts, deliveries)
  }
  return someFree
}

function laneKey({ destinationId, ticker }: { destinationId: string; ticker: string }): string {
  return `${destinationId} ${ticker}`
}

/** What was fetched, in the order asked for; a lane whose row is gone is empty. */
function inOrder(lanes: readonly LaneHold[], fetched: readonly FetchedLane[]): FetchedLane[] {
  const byKey = new Map(fetched.map((lane) => [laneKey(lane), lane]))
  return lanes.map((lane) => byKey.get(laneKey(lane)) ?? { ...lane, puts: 0, deliveries: [] })
}
