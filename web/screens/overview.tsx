/** What goes on now: what needs attention first, then the way of signals from sources through the gate to destinations. */
import { Alert, Anchor, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { get, type Delivery, type Destination, type Page as Rows, type Signal } from '../api.ts'
import { useLive } from '../live/use-live.ts'
import { Figure } from '../ui/figure.tsx'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'
import { Time } from '../ui/time.tsx'
import { useLastSignals } from './signals/use-last-signals.ts'

interface Status {
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

export function Overview() {
  const queries = useQueryClient()
  const status = useQuery({
    queryKey: ['status'],
    queryFn: () => get<Status>('/status'),
    refetchInterval: 5_000,
  })
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: () => get<{ items: Destination[] }>('/api/v1/destinations'),
  })
  const [pending, setPending] = useState<number | null>(null)
  useLive<{ pending: number }>('metrics', (counts) => setPending(counts.pending))
  useLive('rankings.finviz', () => void queries.invalidateQueries({ queryKey: ['status'] }))
  const { data } = status
  return (
    <Page
      title="Overview"
      about="Sources → gate → destinations, as it happens."
      error={status.error ?? destinations.error}
    >
      {data && <Attention status={data} destinations={destinations.data?.items ?? []} />}
      {data && (
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
          <Figure name="Received" value={data.signals.received} unit="signals" />
          <Figure
            name="Approved"
            value={data.signals.approved}
            unit={`of ${data.signals.received} signals`}
          />
          <Figure name="Waiting" value={pending ?? data.deliveries.pending} unit="deliveries" />
          <Figure name="Delivered" value={data.deliveries.delivered} unit="deliveries" />
        </SimpleGrid>
      )}
      {data && (
        <Text size="sm">
          Gate: <code>{data.ranking.rule}</code>, {data.ranking.tickers.length} tickers,{' '}
          {data.ranking.taken_at ? <Time at={data.ranking.taken_at} /> : 'no list yet'}
        </Text>
      )}
      <LastSignals />
    </Page>
  )
}

/** On a coloured ground a link is told by its line, not by its colour. */
const Go = ({ to, children }: { to: string; children: string }) => (
  <Anchor component={Link} to={to} c="inherit" underline="always" size="sm">
    {children}
  </Anchor>
)

function Attention({ status, destinations }: { status: Status; destinations: Destination[] }) {
  const letters = useQuery({
    queryKey: ['deliveries', 'dead'],
    queryFn: () => get<Rows<Delivery>>('/api/v1/deliveries?state=dead&limit=50'),
    refetchInterval: 10_000,
  })
  const dead = letters.data?.items.filter((one) => one.replayed_at === null).length ?? 0
  const { stale, tickers, outcome } = status.ranking
  const notes = [
    stale && tickers.length > 0 && (
      <>
        The ranking is stale ({outcome ?? 'never read'}). <Go to="/ranking">Look</Go>
      </>
    ),
    dead > 0 && (
      <>
        {dead} deliveries are dead. <Go to="/destinations">Replay them</Go>
      </>
    ),
    destinations.length === 0 && (
      <>
        There is no destination yet. <Go to="/destinations">Make one</Go>
      </>
    ),
    ...destinations
      .filter((one) => one.state !== 'active' || one.circuit === 'open')
      .map((one) => (
        <>
          {one.name} is {one.circuit === 'open' ? 'not answering' : one.state}.{' '}
          <Go to="/destinations">Look</Go>
        </>
      )),
  ].filter(Boolean)
  return (
    <Stack gap="xs">
      {status.demo && (
        <Alert color="blue" variant="light">
          Demo: market, senders and inbox are simulated. Set DEST_WEBHOOK_URL or FINVIZ_URL, or DEMO=off, to
          begin for real.
        </Alert>
      )}
      {notes.length > 0 && (
        <Alert color="orange" variant="light" title="Needs attention">
          {notes.map((note, i) => (
            <div key={i}>{note}</div>
          ))}
        </Alert>
      )}
    </Stack>
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
