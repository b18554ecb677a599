/** The picture of the house, live: sources on the left, the gate in the middle, destinations on the right. */
import { Anchor, Card, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import type { Destination } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'
import { Sparkline } from '../../ui/sparkline.tsx'
import { State } from '../../ui/state.tsx'
import { Time } from '../../ui/time.tsx'
import classes from './picture.module.css'
import type { Flow, Status } from './use-overview.ts'

interface PictureProps {
  status: Status
  flow: Flow
  destinations: Destination[]
}

type Name = Exclude<keyof Flow['minutes'][number], 'at'>

export function Picture({ status, flow, destinations }: PictureProps) {
  const [pending, setPending] = useState<number | null>(null)
  useLive<{ pending: number }>('metrics', (counts) => setPending(counts.pending))
  const series = (...names: Name[]) =>
    flow.minutes.map((minute) => names.reduce((sum, name) => sum + minute[name], 0))
  const { signals, deliveries, ranking, queue } = status
  return (
    <div className={classes['picture']}>
      <Part title="Sources" to="/keys">
        <Line name="Received" total={signals.received} values={series('received')} />
        <Line name="Repeats" total={signals.duplicate} values={series('duplicate')} colour="gray" />
        {flow.sources.map(({ source, signals: n, last_at }) => (
          <Group key={source} justify="space-between" gap="xs">
            <Text size="sm">{source}</Text>
            <Text size="xs" c="dimmed">
              {n.toLocaleString()} in the last hour, the last <Time at={last_at} />
            </Text>
          </Group>
        ))}
        {flow.sources.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing came within the last hour.
          </Text>
        )}
      </Part>
      <Arrow />
      <Part title="Gate" to="/ranking">
        <Line name="Approved" total={signals.approved} values={series('approved')} colour="teal" />
        <Line name="Rejected" total={signals.rejected} values={series('rejected')} colour="gray" />
        <Text size="sm">
          Passes <code>{ranking.rule}</code>
        </Text>
        <Text size="xs" c="dimmed">
          {ranking.tickers.length} tickers,{' '}
          {ranking.taken_at ? (
            <>
              taken <Time at={ranking.taken_at} />
            </>
          ) : (
            'no list yet'
          )}
          {signals.held > 0 && `; ${signals.held} signals are held`}
        </Text>
      </Part>
      <Arrow />
      <Part title="Destinations" to="/destinations">
        <Line name="Delivered" total={deliveries.delivered} values={series('delivered')} colour="teal" />
        <Line
          name="Not delivered"
          total={deliveries.dead + deliveries.expired}
          values={series('dead', 'expired')}
          colour="red"
        />
        <Text size="sm">
          Waiting: {(pending ?? deliveries.pending).toLocaleString()}{' '}
          <Text span size="xs" c="dimmed">
            of {queue.max.toLocaleString()} deliveries
          </Text>
        </Text>
        {destinations.map((one) => (
          <Group key={one.id} justify="space-between" gap="xs" wrap="nowrap">
            <Anchor
              component={Link}
              to="/destinations/$id"
              params={{ id: one.id } as never}
              size="sm"
              truncate="end"
            >
              {one.name}
            </Anchor>
            <State of={one.circuit === 'open' ? 'not answering' : one.state} />
          </Group>
        ))}
      </Part>
    </div>
  )
}

const Part = ({ title, to, children }: { title: string; to: string; children: ReactNode }) => (
  <Card withBorder padding="sm" component="section" aria-label={title}>
    <Stack gap={6}>
      <Anchor component={Link} to={to} fw={600} c="inherit">
        {title}
      </Anchor>
      {children}
    </Stack>
  </Card>
)

const Arrow = () => (
  <div className={classes['arrow']} aria-hidden="true">
    →
  </div>
)

interface LineProps {
  name: string
  /** Since the retention window began. */
  total: number
  /** Of each of the last minutes. */
  values: number[]
  colour?: string
}

function Line({ name, total, values, colour = 'blue' }: LineProps) {
  const hour = values.reduce((sum, value) => sum + value, 0)
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{name}</Text>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Text span fw={600}>
            {total.toLocaleString()}
          </Text>{' '}
          <Text span size="xs" c="dimmed">
            {hour.toLocaleString()} in the last hour
          </Text>
        </Text>
      </Group>
      <Sparkline values={values} label={`${name} in each minute of the last hour`} colour={colour} />
    </div>
  )
}
