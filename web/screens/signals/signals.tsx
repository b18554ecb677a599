/** All signals, filtered by what the address says, so that a view can be kept as a bookmark, or under a name. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { get } from '../../api.ts'
import { Page } from '../../ui/page.tsx'
import { FilterBar } from './filter-bar.tsx'
import { filterFrom } from './filter.ts'
import { SavedViews } from './saved-views.tsx'
import { SignalTable } from './signal-table.tsx'

export function Signals() {
  const filter = filterFrom(useSearch({ strict: false }))
  const navigate = useNavigate()
  const show = (next: Record<string, unknown>) =>
    void navigate({ to: '/signals', search: filterFrom(next) as never, replace: true })
  const status = useQuery({
    queryKey: ['status'],
    queryFn: () => get<{ signals: { received: number } }>('/status'),
  })
  const csv = new URLSearchParams({ ...filter, format: 'csv' })
  return (
    <Page
      title="Signals"
      about="Every signal that came in, what was decided, and what became of it."
      error={status.error}
      actions={
        <>
          <SavedViews filter={filter} onShow={show} />
          <Button component="a" variant="default" size="xs" href={`/api/v1/signals/export?${csv}`}>
            CSV
          </Button>
        </>
      }
    >
      <FilterBar filter={filter} onChange={(change) => show({ ...filter, ...change })} />
      <SignalTable key={JSON.stringify(filter)} filter={filter} total={status.data?.signals.received ?? 0} />
    </Page>
  )
}
