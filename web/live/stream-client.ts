/** A client of `/stream`: one connection for the whole page, which comes back by itself and says where it was. */

export interface Position {
  epoch: string
  offset: number
}

export interface StreamClient {
  /** Calls `onEvent` for each event of a group; `onGap` when some were missed. Returns how to stop. */
  listen(group: string, onEvent: (data: unknown) => void, onGap: () => void): () => void
  /** Calls back with whether the connection stands, now and at each change. */
  watch(onState: (connected: boolean) => void): () => void
}

interface Listener {
  onEvent(data: unknown): void
  onGap(): void
}

type ServerMessage =
  | { op: 'event'; group: string; offset: number; data: unknown }
  | { op: 'subscribed'; groups: Record<string, Position & { recovered?: boolean }> }
  | { op: 'unsubscribed' | 'pong' | 'error' }

const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 15_000
/** After these the server does not want us back. */
const FINAL_CODES = new Set([4401, 4429])

export function openStreamClient(url: string): StreamClient {
  const groups = new Map<string, { listeners: Set<Listener>; at: Position | null }>()
  const watchers = new Set<(connected: boolean) => void>()
  let socket: WebSocket | null = null
  let retryMs = RETRY_MS_MIN
  let connected = false

  function tell(state: boolean): void {
    connected = state
    for (const onState of watchers) onState(state)
  }

  function subscribe(names: string[]): void {
    if (socket?.readyState !== WebSocket.OPEN || names.length === 0) return
    const from = Object.fromEntries(
      names.flatMap((name) => (groups.get(name)?.at ? [[name, groups.get(name)!.at]] : [])),
    )
    socket.send(JSON.stringify({ op: 'subscribe', id: 1, groups: names, from }))
  }

  function receive(message: ServerMessage): void {
    if (message.op === 'event') {
      const group = groups.get(message.group)
      if (!group?.at) return
      group.at = { ...group.at, offset: message.offset }
      for (const { onEvent } of group.listeners) onEvent(message.data)
    } else if (message.op === 'subscribed') {
      for (const [name, { epoch, offset, recovered }] of Object.entries(message.groups)) {
        const group = groups.get(name)
        if (group === undefined) continue
        // What follows are the events it missed: it stays where it was until they have come.
        if (recovered !== true) group.at = { epoch, offset }
        if (recovered === false) for (const { onGap } of group.listeners) onGap()
      }
    }
  }

  function connect(): void {
    socket = new WebSocket(url)
    socket.onopen = () => {
      retryMs = RETRY_MS_MIN
      tell(true)
      subscribe([...groups.keys()])
    }
    socket.onmessage = ({ data }) => receive(JSON.parse(data as string) as ServerMessage)
    socket.onclose = ({ code }) => {
      tell(false)
      if (FINAL_CODES.has(code)) return
      setTimeout(connect, retryMs * (0.5 + Math.random()))
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
    }
  }

  connect()
  return {
    listen(name, onEvent, onGap) {
      const listener = { onEvent, onGap }
      const group = groups.get(name) ?? { listeners: new Set(), at: null }
      const isNew = !groups.has(name)
      groups.set(name, group)
      group.listeners.add(listener)
      if (isNew) subscribe([name])
      return () => void group.listeners.delete(listener)
    },
    watch(onState) {
      watchers.add(onState)
      onState(connected)
      return () => void watchers.delete(onState)
    },
  }
}
