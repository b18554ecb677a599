/** Webhook keys and what was refused, as the screens read them. */
import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { keyPreview, keyView, refusedView } from '../../../src/sources/webhook/keys/contract.ts'
import { get, type Page } from '../../api.ts'

export type WebhookKey = z.infer<typeof keyView>
export type KeyOptions = WebhookKey['options']
export type Refused = z.infer<typeof refusedView>
export type KeyPreview = z.infer<typeof keyPreview>

export const useKeys = () =>
  useQuery({
    queryKey: ['keys'],
    queryFn: () => get<{ items: WebhookKey[] }>('/api/v1/webhook-keys'),
    refetchInterval: 5_000,
  })

export const useKey = (id: string) =>
  useQuery({
    queryKey: ['keys', id],
    queryFn: () => get<WebhookKey>(`/api/v1/webhook-keys/${id}`),
    refetchInterval: 2_000,
  })

export const useRefused = (keyId?: string) =>
  useQuery({
    queryKey: ['refused', keyId],
    queryFn: () =>
      get<Page<Refused>>(
        `/api/v1/rejected-payloads?limit=20${keyId === undefined ? '' : `&key_id=${keyId}`}`,
      ),
    refetchInterval: 5_000,
  })
