/** All signals, filtered by what the address says, so that a view can be kept as a bookmark. */
import { Anchor, Button, Group, Select, TextInput } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'
import { Time } from '../ui/time.tsx'
import { useSignals, type SignalFilter } from './use-signals.ts'

export function Signals() {
  const filter: SignalFilter = useSearch({ strict: false })
  const navigate = useNavigate()
  const set = (change: SignalFilter) =>
    void navigate({ to: '/signals', search: { ...filter, ...change } as never, replace: true })
  const { signals, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useSignals(filter)
  const csv = new URLSearchParams(Object.entries(filter).filter((one) => one[1]) as [string, string][])
  return (
    <Page
      title="Signals"
      about="Every signal that came in, what was decided, and what became of it."
      error={error}
      actions={
        <Button component="a" variant="default" size="xs" href={`/api/v1/signals/export?format=csv&${csv}`}>
          CSV
        </Button>
      }
    >
      <Group gap="xs">
        <TextInput
          aria-label="Ticker"
          placeholder="Ticker"
          size="xs"
          value={filter.ticker ?? ''}
          onChange={({ currentTarget }) => set({ ticker: currentTarget.value.toUpperCase() || undefined })}
        />
        <Select
          aria-label="Side"
          placeholder="Side"
          size="xs"
          clearable
          data={['buy', 'sell']}
          value={filter.side ?? null}
          onChange={(side) => set({ side: (side ?? undefined) as SignalFilter['side'] })}
        />
        <Select
          aria-label="Decision"
          placeholder="Decision"
          size="xs"
          clearable
          data={['approved', 'rejected', 'held']}
          value={filter.decision ?? null}
          onChange={(decision) => set({ decision: (decision ?? undefined) as SignalFilter['decision'] })}
        />
      </Group>
      <Sheet
        label="Signals"
        head={['Time', 'Ticker', 'Side', 'Price', 'Source', 'Strategy', 'Decision', 'Why', 'Delivery']}
        rows={signals?.map((one) => ({
          key: one.id,
          cells: [
            <Time key="t" at={one.received_at} />,
            <Anchor key="l" component={Link} to="/signals/$id" params={{ id: one.id } as never} size="sm">
              {one.ticker}
            </Anchor>,
            <State key="s" of={one.side} />,
            one.price ?? '-',
            one.source,
            one.strategy ?? '-',
            <State key="d" of={one.decision} />,
            one.reason_text,
            one.delivery ? <State key="v" of={one.delivery} /> : '-',
          ],
        }))}
        empty="No signal matches."
      />
      {hasNextPage && (
        <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older signals
        </Button>
      )}
    </Page>
  )
}
