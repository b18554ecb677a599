/** What the load generator is asked to do, and what it says it did. Pure. */

export interface LoadPlan {
  port: number
  path: string
  connections: number
  /** Before the measuring begins: for warm caches and compiled code, not counted. */
  warmSeconds: number
  seconds: number
  /** Requests a second, sent whether or not earlier ones were answered (open loop). Absent: closed loop. */
  rate?: number
  /** Marks the ids of this run of the benchmark. */
  run: string
  /** Index of the first signal; the next run must start at `firstIndex + sent`. */
  firstIndex: number
}

/** All times in milliseconds of the machine clock; arrays are by index, from `firstIndex`, warm-up included. */
export interface LoadReport {
  firstIndex: number
  sent: number
  /** The signals from here on, and the answers since then, are what is measured. */
  measuredFromIndex: number
  measuredFromMs: number
  measuredToMs: number
  statuses: Record<string, number>
  /** Requests without an answer: the connection broke, or the answer never came. */
  unanswered: number
  /** An answer's body for each status, to show what went wrong. */
  samples: Record<string, string>
  /** When it was due (open loop), or sent (closed loop). */
  dueMs: Float64Array
  sentMs: Float64Array
  /** When the answer was whole; NaN: never. */
  answeredMs: Float64Array
  /** 1 where the answer was a 202. */
  accepted: Uint8Array
  /** The generator's own CPU, user and system, per request. */
  cpuMicrosPerRequest: number
}
