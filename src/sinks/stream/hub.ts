/** Groups and who reads them: an event becomes a frame once, is kept for those who come back, and goes to each reader. */
import type { Bus } from '../../platform/bus/index.ts'
import { createGroup, type Group, type HistoryBounds, type Position, type StreamEvent } from './group.ts'
import { eventFrame, type GroupAnswer } from './protocol.ts'

export interface Reader {
  /** Takes an event; never waits, never throws. */
  take(frame: Buffer): void
  /** The numbering begins anew: something was lost, and what comes next is numbered from here. */
  restart(group: string, position: Position): void
}

export interface Hub {
  /** Hands an event to whoever reads the group, here or in another process. */
  publish(group: string, data: unknown): void
  /** Whether anybody may be reading it; if not, an event need not be made. */
  isHeard(group: string): boolean
  /** Makes ready for subscribing to these groups. */
  prepare(groups: readonly string[]): Promise<void>
  /**
   * From now on the reader gets the group's events; the group must have been prepared. What it missed since `from` is given
   * back, in order, to be sent first.
   */
  subscribe(
    group: string,
    reader: Reader,
    from?: Position,
  ): { answer: GroupAnswer; missed: readonly StreamEvent[] }
  unsubscribe(group: string, reader: Reader): void
  /** How many read a group in this process. */
  present(group: string): number
  /** Groups that are held, for the metrics. */
  readonly size: number
  /** Lets go of groups that nobody has read for as long as the history goes back. */
  sweep(nowMs: number): void
}

export interface HubPorts {
  bus: Bus
  history: HistoryBounds
  nowMs(): number
}

interface Held {
  group: Group
  readers: Set<Reader>
  ready: Promise<void>
  /** When the last reader left; null while there is one. */
  leftAtMs: number | null
}

export function createHub({ bus, history, nowMs }: HubPorts): Hub {
  const groups = new Map<string, Held>()

  function hold(name: string): Held {
    const before = groups.get(name)
    if (before !== undefined) return before
    const held: Held = {
      group: createGroup({ epoch: '', offset: 0 }, history),
      readers: new Set(),
      ready: Promise.resolve(),
      leftAtMs: nowMs(),
    }
    groups.set(name, held)
    const append = (offset: number, json: string) =>
      held.group.append({ offset, atMs: nowMs(), frame: eventFrame(name, offset, json) })
    held.ready = bus.follow(name, {
      reset(epoch, offset, recent) {
        held.group = createGroup({ epoch, offset: offset - recent.length }, history)
        for (const event of recent) append(event.offset, event.json)
        for (const reader of held.readers) reader.restart(name, { epoch, offset })
      },
      event({ offset, json }) {
        const { frame } = append(offset, json)
        for (const reader of held.readers) reader.take(frame)
      },
    })
    return held
  }

  return {
    publish: (name, data) => bus.publish(name, JSON.stringify(data)),
    isHeard: bus.isHeard,
    async prepare(names) {
      await Promise.all(names.map((name) => hold(name).ready))
    },
    subscribe(name, reader, from) {
      const held = hold(name)
      held.readers.add(reader)
      held.leftAtMs = null
      const { group } = held
      const missed = from === undefined ? [] : group.since(from)
      return {
        answer: {
          epoch: group.epoch,
          offset: group.offset,
          ...(from !== undefined && { recovered: missed !== null }),
        },
        missed: missed ?? [],
      }
    },
    unsubscribe(name, reader) {
      const held = groups.get(name)
      if (held?.readers.delete(reader) && held.readers.size === 0) held.leftAtMs = nowMs()
    },
    present: (name) => groups.get(name)?.readers.size ?? 0,
    get size() {
      return groups.size
    },
    sweep(atMs) {
      for (const [name, { leftAtMs }] of groups) {
        if (leftAtMs === null || atMs - leftAtMs <= history.ageMsMax) continue
        groups.delete(name)
        bus.unfollow(name)
      }
    },
  }
}
