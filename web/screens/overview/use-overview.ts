/** What the overview reads, and how often. */
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { flowView } from '../../../src/signals/flow/contract.ts'
import { get, type Delivery, type Destination, type Page } from '../../api.ts'

export interface Status {
  demo: boolean
  signals: Record<'received' | 'approved' | 'rejected' | 'duplicate' | 'held', number>
  deliveries: Record<'pending' | 'delivered' | 'failed' | 'expired' | 'dead', number>
  queue: { size: number; max: number }
  ranking: {
    name: string
    stale: boolean
    outcome: string | null
    rule: string
    tickers: string[]
    taken_at: string | null
  }
}
export type Flow = z.infer<typeof flowView>

export const useStatus = () =>
  useQuery({ queryKey: ['status'], queryFn: () => get<Status>('/status'), refetchInterval: 5_000 })

export const useFlow = () =>
  useQuery({ queryKey: ['flow'], queryFn: () => get<Flow>('/api/v1/flow'), refetchInterval: 5_000 })

export const useDestinations = () =>
  useQuery({
    queryKey: ['destinations'],
    queryFn: () => get<{ items: Destination[] }>('/api/v1/destinations'),
    refetchInterval: 5_000,
  })

export const useDead = () =>
  useQuery({
    queryKey: ['deliveries', 'dead'],
    queryFn: () => get<Page<Delivery>>('/api/v1/deliveries?state=dead&limit=50'),
    refetchInterval: 10_000,
  })
