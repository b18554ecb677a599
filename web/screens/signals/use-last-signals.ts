/** Signals, newest first, page by page, and live: what comes in is read at the top. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { get, type Page, type Signal } from '../api.ts'
import { useLive } from '../live/use-live.ts'

export interface SignalFilter {
  ticker?: string | undefined
  side?: 'buy' | 'sell' | undefined
  decision?: 'approved' | 'rejected' | 'held' | undefined
  source?: string | undefined
}

/** However many events come, the list is read again at most this often. */
const REFRESH_MS = 1_000

export function useSignals(filter: SignalFilter, limit = 100) {
  const queries = useQueryClient()
  const queryKey = ['signals', filter, limit]
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => {
      const given = Object.entries({ ...filter, cursor: pageParam, limit: String(limit) })
      return get<Page<Signal>>(
        `/api/v1/signals?${new URLSearchParams(given.filter((one) => one[1]) as [string, string][])}`,
      )
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  })
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), [])
  const refresh = () => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      void queries.invalidateQueries({ queryKey: ['signals'] })
    }, REFRESH_MS)
  }
  useLive('signals', refresh, refresh)
  useLive('deliveries', refresh, refresh)
  return { ...query, signals: query.data?.pages.flatMap((page) => page.items) }
}
