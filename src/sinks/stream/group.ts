/** One group's recent events, numbered, so that a reader who comes back misses nothing or is told that it did. Pure. */

/** Where a reader stands: the offset of the last event it has seen, in the numbering that `epoch` names. */
export interface Position {
  epoch: string
  offset: number
}

export interface StreamEvent {
  offset: number
  atMs: number
  /** The whole frame, serialised once for all readers. */
  frame: Buffer
}

export interface Group {
  readonly epoch: string
  /** Of the newest event, or of the one before the first. */
  readonly offset: number
  /** The next event: its offset is one more than the last. */
  append(event: StreamEvent): StreamEvent
  /** What came after a position, in order; null when it is not known (another epoch, or older than the history). */
  since(position: Position): readonly StreamEvent[] | null
}

export interface HistoryBounds {
  eventsMax: number
  ageMsMax: number
}

/** @param start its epoch names the numbering, and the first event is numbered one more than its offset */
export function createGroup(start: Position, { eventsMax, ageMsMax }: HistoryBounds): Group {
  const { epoch } = start
  let events: StreamEvent[] = []
  let first = 0
  let { offset } = start
  return {
    epoch,
    get offset() {
      return offset
    },
    append(event) {
      if (event.offset !== offset + 1) throw new Error(`event ${event.offset} cannot follow ${offset}`)
      offset = event.offset
      events.push(event)
      while (events.length - first > eventsMax || events[first]!.atMs < event.atMs - ageMsMax) first++
      // Moved in bulk: shifting one by one would cost the whole history at each event.
      if (first > eventsMax) {
        events = events.slice(first)
        first = 0
      }
      return event
    },
    since(position) {
      if (position.epoch !== epoch || position.offset > offset) return null
      const missed = offset - position.offset
      if (missed === 0) return []
      return missed <= events.length - first ? events.slice(events.length - missed) : null
    },
  }
}
