/** SQL of a destination's health: how its deliveries of late ended, and what waits. */
import type { Queries } from '../../../platform/db/index.ts'
import { uuidv7Floor } from '../../../platform/runtime/index.ts'

export interface Health {
  delivered: number
  dead: number
  expired: number
  failedAttempts: number
  latencyMsP50: number | null
  latencyMsP95: number | null
  waiting: number
  /** When the oldest that waits was put there; null when none does. */
  waitingSinceMs: number | null
  /** Nothing is sent before: the circuit is open, or the receiver asked for it. */
  notBeforeMs: number | null
  failingSinceMs: number | null
}

/** Looked at at most, of each way to end, and of what waits: the newest. */
const LOOKED_AT_MAX = 5_000

/** @param sinceMs epoch milliseconds; attempts count by when their signal came */
export async function readHealth(db: Queries, destinationId: string, sinceMs: number): Promise<Health> {
  const [row] = await db.query<Health & Record<string, unknown>>(
    `with ended as materialized (
       select e.* from unnest(array['delivered', 'dead', 'expired']) as s(state) cross join lateral (
         select d.state, d.latency_ms from deliveries d
         where d.state = s.state and d.ended_at >= to_timestamp($2::double precision / 1000) and d.destination_id = $1
         order by d.ended_at desc limit ${LOOKED_AT_MAX}) e
     ), waiting as (
       select created_at from outbox where destination_id = $1 limit ${LOOKED_AT_MAX}
     )
     select count(*) filter (where state = 'delivered') as delivered,
       count(*) filter (where state = 'dead') as dead,
       count(*) filter (where state = 'expired') as expired,
       percentile_cont(0.5) within group (order by latency_ms) filter (where state = 'delivered') as "latencyMsP50",
       percentile_cont(0.95) within group (order by latency_ms) filter (where state = 'delivered') as "latencyMsP95",
       (select count(*) from attempts where signal_id >= $3 and destination_id = $1) as "failedAttempts",
       (select count(*) from waiting) as waiting,
       (select min(created_at) from waiting) as "waitingSinceMs",
       (select case when not_before > now() then not_before end from destination_health where destination_id = $1)
         as "notBeforeMs",
       (select failing_since from destination_health where destination_id = $1) as "failingSinceMs"
     from ended`,
    [destinationId, sinceMs, uuidv7Floor(sinceMs)],
  )
  return row!
}
