/** Carries events between processes, group by group, numbered, so that whoever follows a group knows when it missed one. */

export interface BusEvent {
  offset: number
  json: string
}

/** What follows a group in a process. */
export interface Follower {
  /** The numbering is this from now on, and these are its last events: at the beginning, and after anything was lost. */
  reset(epoch: string, offset: number, recent: readonly BusEvent[]): void
  /** The next event: its offset is always one more than the last. */
  event(event: BusEvent): void
}

export interface Bus {
  /** Sends an event to whoever follows the group, in any process. Never waits and never throws; what is lost is counted. */
  publish(group: string, json: string): void
  /** Whether anybody may be following the group: if not, an event need not be made. */
  isHeard(group: string): boolean
  /** Resolves after the follower's first `reset`. One follower a group and process. */
  follow(group: string, follower: Follower): Promise<void>
  unfollow(group: string): void
  close(): Promise<void>
}
