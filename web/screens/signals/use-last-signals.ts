/** The last signals, live: however many events come, they are read again at most once a second. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { get, type Page, type Signal } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'

const REFRESH_MS = 1_000

export function useLastSignals(limit: number) {
  useSignalChanges()
  return useQuery({
    queryKey: ['signals', 'last', limit],
    queryFn: () => get<Page<Signal>>(`/api/v1/signals?limit=${limit}`),
  })
}

/** Reads again what is shown of signals whenever one has come, or one of their deliveries has ended. */
export function useSignalChanges(): void {
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), [])
  const refresh = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      void queries.invalidateQueries({ queryKey: ['signals'] })
    }, REFRESH_MS)
  }, [queries])
  useLive('signals', refresh, refresh)
  useLive('deliveries', refresh, refresh)
}
