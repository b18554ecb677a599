/**
 * A window on all signals that match: pages are read as they come into view and forgotten when long out of it, so that a
 * million cost no more than a screenful.
 */
import { keepPreviousData, useQueries, type UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { get, type Page, type Signal } from '../../api.ts'
import { isEmpty, type SignalFilter } from './filter.ts'
import { useSignalChanges } from './use-last-signals.ts'

const PAGE = 200
const KEPT_MS = 30_000
/** The largest number of rows of 32 px that a browser can lay out; older ones are reached by time. */
const ROWS_MAX = 1_000_000

type SignalPage = Page<Signal>

/** Where the next page begins, and how far there are signals. */
interface SeenPage {
  next: string | null
  length: number
}

export interface SignalWindow {
  /** Rows to scroll over: known for all signals, as far as they were read for some. */
  count: number
  /** Undefined while it is being read. */
  row(index: number): Signal | undefined
  error: Error | null
  /** Nothing has been read yet. */
  isLoading: boolean
}

/**
 * Of one filter: give the component that calls it a key of its own for each.
 * @param anchor the id at the top: newer ones do not move what is read. Null: the newest, live.
 * @param total how many there are about, when nothing is asked for
 */
export function useSignalWindow(
  filter: SignalFilter,
  { anchor, total, first, last }: { anchor: string | null; total: number; first: number; last: number },
): SignalWindow {
  useSignalChanges()
  const [seen] = useState(() => new Map<number, SeenPage>())
  const wanted = pagesBetween(first, last)
  return useQueries({
    queries: wanted.map((page) => ({
      queryKey: ['signals', 'page', filter, anchor, page],
      queryFn: async () => {
        const answer = await get<SignalPage>(address(filter, anchor, page, seen.get(page - 1)))
        // The newest have moved: where the older pages begin is to be learnt anew.
        if (page === 0 && anchor === null) seen.clear()
        seen.set(page, { next: answer.next, length: answer.items.length })
        return answer
      },
      // A page behind one that was never read begins nowhere, unless its number says where.
      enabled: page === 0 || isEmpty(filter) || seen.has(page - 1),
      gcTime: KEPT_MS,
      placeholderData: page === 0 ? keepPreviousData : undefined,
    })),
    combine: (results: UseQueryResult<SignalPage>[]) => {
      const pages = new Map(wanted.map((page, i) => [page, results[i]?.data]))
      return {
        count: countOf(seen, isEmpty(filter) ? total : 0),
        row: (index: number) => pages.get(Math.floor(index / PAGE))?.items[index % PAGE],
        isLoading: seen.size === 0,
        error: results.find(({ error }) => error)?.error ?? null,
      }
    },
  })
}

function countOf(seen: ReadonlyMap<number, SeenPage>, total: number): number {
  let count = total
  for (const [page, { next, length }] of seen) {
    const end = page * PAGE + length
    if (next === null) return Math.min(end, ROWS_MAX)
    count = Math.max(count, end + 1)
  }
  return Math.min(count, ROWS_MAX)
}

function pagesBetween(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE)
  return Array.from({ length: Math.floor(Math.max(last, first) / PAGE) - from + 1 }, (_, i) => from + i)
}

function address(
  filter: SignalFilter,
  anchor: string | null,
  page: number,
  before: { next: string | null } | undefined,
): string {
  const params = new URLSearchParams({ ...filter, limit: String(PAGE) })
  if (before?.next) params.set('cursor', before.next)
  else {
    if (anchor !== null) params.set('cursor', justAfter(anchor))
    if (page > 0) params.set('skip', String(page * PAGE))
  }
  return `/api/v1/signals?${params}`
}

/** The smallest id above: a cursor leaves out its own id. */
function justAfter(id: string): string {
  const hex = (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0')
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
