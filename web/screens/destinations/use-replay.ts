/** Sending again what has ended; what is too old is asked about before it is forced. */
import { useState } from 'react'
import { call, useChange } from '../../api.ts'

interface Asked {
  deliveries?: { signal_id: string; seq: number }[]
  state?: 'dead' | 'expired'
  destination_id?: string
}

export interface Replay {
  error: Error | null
  /** How many were left alone for their age, until somebody decides. */
  stale: number
  ask(what: Asked): void
  force(): void
  leave(): void
}

export function useReplay(): Replay {
  const [left, setLeft] = useState<{ asked: Asked; stale: number } | null>(null)
  const replay = useChange(
    (body: Asked & { force?: boolean }) =>
      call<{ replayed: number; stale: number }>('POST', '/api/v1/deliveries/replay', body),
    [['deliveries'], ['destinations'], ['signal'], ['status']],
  )
  return {
    error: replay.error,
    stale: left?.stale ?? 0,
    ask: (asked) =>
      replay.mutate(asked, { onSuccess: ({ stale }) => setLeft(stale > 0 ? { asked, stale } : null) }),
    force() {
      if (left) replay.mutate({ ...left.asked, force: true })
      setLeft(null)
    },
    leave: () => setLeft(null),
  }
}
