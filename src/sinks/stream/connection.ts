/** One reader of the stream, whatever carries it: its groups, its limits, and the patience with it. */
import type { Capability } from '../../platform/http/index.ts'
import { judgeGroup } from './access.ts'
import type { StreamEvent } from './group.ts'
import type { Hub, Reader } from './hub.ts'
import {
  CLOSE,
  errorText,
  pongText,
  readMessage,
  subscribedText,
  unsubscribedText,
  type ClientMessage,
  type GroupAnswer,
} from './protocol.ts'

/** What carries a connection. */
export interface Wire {
  send(frame: Buffer | string): void
  /** Bytes that were sent and have not left yet. */
  buffered(): number
  /** Ends it, now: what is buffered goes with it. */
  end(code: number, reason: string): void
}

export interface ConnectionPorts {
  hub: Hub
  wire: Wire
  may: ReadonlySet<Capability>
  nowMs(): number
}

export interface Connection {
  receive(text: string): void
  /** Looks after it each second: a reader that makes no headway is let go. */
  check(): void
  close(): void
}

const GROUPS_MAX = 2_000
const BUFFERED_BYTES_MAX = 1_000_000
const STUCK_MS_MAX = 8_000
/** Messages of the client in any second. */
const MESSAGES_PER_SEC_MAX = 100

export function openConnection({ hub, wire, may, nowMs }: ConnectionPorts): Connection {
  const groups = new Set<string>()
  let ended = false
  let last: Promise<void> = Promise.resolve()
  const end = (code: number, reason: string) => {
    if (ended) return
    close()
    wire.end(code, reason)
  }
  const tooSlow = () => end(CLOSE.tooSlow, 'you read too slowly; come back and say where you were')
  const reader: Reader = {
    take(frame) {
      wire.send(frame)
      if (wire.buffered() > BUFFERED_BYTES_MAX) tooSlow()
    },
    restart: (name, position) =>
      wire.send(subscribedText(undefined, { [name]: { ...position, recovered: false } })),
  }

  async function subscribe({ id, groups: wanted, from }: ClientMessage & { op: 'subscribe' }): Promise<void> {
    const answers: Record<string, GroupAnswer> = {}
    const missed: StreamEvent[] = []
    const refused = refusal(wanted, { groups, may })
    if (refused !== null) return wire.send(errorText(id, refused.code, refused.message))
    await hub.prepare(wanted)
    if (ended) return
    for (const name of new Set(wanted)) {
      const subscribed = hub.subscribe(name, reader, from?.[name])
      groups.add(name)
      answers[name] = subscribed.answer
      missed.push(...subscribed.missed)
    }
    wire.send(subscribedText(id, answers))
    for (const { frame } of missed) reader.take(frame)
  }

  async function answer(text: string): Promise<void> {
    if (ended) return
    const read = readMessage(text)
    if (!read.ok) return wire.send(errorText(read.id, 'bad-message', read.message))
    const { message } = read
    if (message.op === 'ping') wire.send(pongText(message.id))
    else if (message.op === 'subscribe') await subscribe(message)
    else {
      for (const name of message.groups) if (groups.delete(name)) hub.unsubscribe(name, reader)
      wire.send(unsubscribedText(message.id, message.groups))
    }
  }

  function close(): void {
    ended = true
    for (const name of groups) hub.unsubscribe(name, reader)
    groups.clear()
  }

  const mayTalk = talkLimit(nowMs)
  const isStuck = headway(wire, nowMs)
  return {
    close,
    receive(text) {
      if (ended) return
      if (!mayTalk()) return end(CLOSE.tooManyMessages, `${MESSAGES_PER_SEC_MAX} messages a second at most`)
      // One after another: a group that is asked for and dropped at once must not stay.
      last = last.then(() => answer(text))
    },
    check() {
      if (isStuck()) tooSlow()
    },
  }
}

/** Why these groups may not be asked for, on top of those a connection has; null when they may. */
function refusal(
  wanted: readonly string[],
  { groups, may }: { groups: ReadonlySet<string>; may: ReadonlySet<Capability> },
): { code: string; message: string } | null {
  for (const name of wanted) {
    const judged = judgeGroup(name, may)
    if (judged.verdict !== 'open') return { code: `group-${judged.verdict}`, message: judged.message }
  }
  const isTooMany = new Set([...groups, ...wanted]).size > GROUPS_MAX
  return isTooMany
    ? { code: 'too-many-groups', message: `A connection reads ${GROUPS_MAX} groups at most.` }
    : null
}

/** False once there were too many messages in a second. */
function talkLimit(nowMs: () => number): () => boolean {
  let second = { startMs: 0, messages: 0 }
  return () => {
    const atMs = nowMs()
    if (atMs - second.startMs >= 1_000) second = { startMs: atMs, messages: 0 }
    return ++second.messages <= MESSAGES_PER_SEC_MAX
  }
}

/** True once something has been waiting to leave at every look for too long. */
function headway(wire: Wire, nowMs: () => number): () => boolean {
  let stuckSinceMs: number | null = null
  return () => {
    if (wire.buffered() === 0) stuckSinceMs = null
    else stuckSinceMs ??= nowMs()
    return stuckSinceMs !== null && nowMs() - stuckSinceMs > STUCK_MS_MAX
  }
}
