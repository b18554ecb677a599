/** Calls of the API: JSON in and out, and a problem as an error that says what was wrong and where. */
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query'
import type { z } from 'zod'
import type { auditView, meView, sessionView, tokenView, userView } from '../src/accounts/contract.ts'
import type { deliveryView, signalView } from '../src/signals/audit/contract.ts'
import type { destinationView } from '../src/signals/destinations/contract.ts'

export type Me = z.infer<typeof meView>
export type User = z.infer<typeof userView>
export type Session = z.infer<typeof sessionView>
export type ApiToken = z.infer<typeof tokenView>
export type AuditEntry = z.infer<typeof auditView>
export type Signal = z.infer<typeof signalView>
export type Delivery = z.infer<typeof deliveryView>
export type Destination = z.infer<typeof destinationView>

export interface Page<T> {
  items: T[]
  next: string | null
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined

  constructor(status: number, { code, detail, field }: { code?: string; detail?: string; field?: string }) {
    super(detail ?? 'Signalbox does not answer. Is it running?')
    this.status = status
    this.code = code ?? 'unreachable'
    this.field = field
  }
}

/** @throws ApiError with the server's own words */
export async function call<T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => null)
  if (response === null) throw new ApiError(0, {})
  const text = await response.text()
  const json = text === '' ? undefined : (JSON.parse(text) as unknown)
  if (!response.ok) throw new ApiError(response.status, json as { code: string; detail: string })
  return json as T
}

export const get = <T>(path: string): Promise<T> => call<T>('GET', path)

/** A change, after which what depends on it is read again. */
export function useChange<Input, Output = unknown>(
  change: (input: Input) => Promise<Output>,
  stale: QueryKey[],
) {
  const queries = useQueryClient()
  return useMutation<Output, ApiError, Input>({
    mutationFn: change,
    onSettled: () => Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  })
}
