/** What goes on now: what needs attention first, then the way of signals from sources through the gate to destinations. */
import { Anchor, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Signal } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'
import { Page } from '../../ui/page.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { State } from '../../ui/state.tsx'
import { Time } from '../../ui/time.tsx'
import { useLastSignals } from '../signals/use-last-signals.ts'
import { Attention, Go } from './attention.tsx'
import { Picture } from './picture.tsx'
import { useDestinations, useFlow, useStatus } from './use-overview.ts'

export function Overview() {
  const queries = useQueryClient()
  const status = useStatus()
  const flow = useFlow()
  const destinations = useDestinations()
  useLive('rankings.finviz', () => void queries.invalidateQueries({ queryKey: ['status'] }))
  const isReady = status.data && flow.data && destinations.data
  return (
    <Page
      title="Overview"
      about="Sources → gate → destinations, as it happens."
      error={status.error ?? flow.error ?? destinations.error}
    >
      {isReady && <Attention status={status.data} destinations={destinations.data.items} />}
      {isReady && <Picture status={status.data} flow={flow.data} destinations={destinations.data.items} />}
      {isReady && <LastSignals />}
    </Page>
  )
}

function LastSignals() {
  const last = useLastSignals(15)
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600}>Last signals</Text>
        <Anchor component={Link} to="/signals" size="sm">
          All signals
        </Anchor>
      </Group>
      <Sheet
        label="Last signals"
        head={['Time', 'Ticker', 'Side', 'Source', 'Decision', 'Why', 'Delivery']}
        rows={last.data?.items.map((one: Signal, i) => ({
          // By place: a new signal changes what rows say, it moves none.
          key: String(i),
          cells: [
            <Time key="t" at={one.received_at} />,
            <Anchor key="l" component={Link} to="/signals/$id" params={{ id: one.id } as never} size="sm">
              {one.ticker}
            </Anchor>,
            <State key="s" of={one.side} />,
            one.source,
            <State key="d" of={one.decision} />,
            one.reason_text ?? one.reason,
            one.delivery ? <State key="v" of={one.delivery} /> : '-',
          ],
        }))}
        empty={
          <>
            No signal yet. <Go to="/keys">Make a webhook key</Go> and send your first alert.
          </>
        }
      />
    </Stack>
  )
}
