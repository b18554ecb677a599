/** The gate's ranking and its past, as the screens read them. */
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  finvizAnswer,
  rankingPreview,
  rankingView,
  snapshotView,
  stayView,
} from '../../../src/rankings/contract.ts'
import { get, type Page } from '../../api.ts'

export type Ranking = z.infer<typeof rankingView>
export type RankingPreview = z.infer<typeof rankingPreview>
export type FinvizConfig = z.infer<typeof finvizAnswer>
type Snapshot = z.infer<typeof snapshotView>

const HOUR_MS = 3_600_000

export const useRanking = () =>
  useQuery({
    queryKey: ['ranking'],
    queryFn: () => get<Ranking>('/rankings/finviz'),
    refetchInterval: 5_000,
  })

export const useConfig = () =>
  useQuery({ queryKey: ['finviz'], queryFn: () => get<FinvizConfig>('/finviz/config') })

export const useHistory = () =>
  useQuery({
    queryKey: ['ranking', 'history'],
    queryFn: () => get<Page<Snapshot>>('/rankings/finviz/history?limit=30'),
  })

/** Ranks of an hour ago, by ticker; none where nothing is known of then. */
export const useHourAgo = () =>
  useQuery({
    queryKey: ['ranking', 'hour-ago'],
    queryFn: async () => {
      const until = new Date(Date.now() - HOUR_MS).toISOString()
      const { items } = await get<Page<Snapshot>>(`/rankings/finviz/history?limit=1&until=${until}`)
      return new Map((items[0]?.tickers ?? []).map((ticker, i) => [ticker, i + 1]))
    },
    refetchInterval: 60_000,
  })

export const useStays = (ticker: string) =>
  useQuery({
    queryKey: ['ranking', 'stays', ticker],
    queryFn: () =>
      get<{ items: z.infer<typeof stayView>[] }>(`/rankings/finviz/tickers/${encodeURIComponent(ticker)}`),
    enabled: ticker !== '',
  })
