/** The stream in React: events of a group as they come, and whether the page is live. */
import { useEffect, useRef, useState } from 'react'
import { openStreamClient, type StreamClient } from './stream-client.ts'

let client: StreamClient | null = null
const page = () =>
  (client ??= openStreamClient(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/stream`))

/** `onGap` is called when events were missed: read again what they would have changed. */
export function useLive<T>(group: string, onEvent: (data: T) => void, onGap: () => void = () => {}): void {
  const latest = useRef({ onEvent, onGap })
  useEffect(() => {
    latest.current = { onEvent, onGap }
  })
  useEffect(
    () =>
      page().listen(
        group,
        (data) => latest.current.onEvent(data as T),
        () => latest.current.onGap(),
      ),
    [group],
  )
}

export function useConnected(): boolean {
  const [connected, setConnected] = useState(false)
  useEffect(() => page().watch(setConnected), [])
  return connected
}
