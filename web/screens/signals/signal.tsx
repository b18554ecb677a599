/** One signal: the facts of its decision, its timeline, and its deliveries, which can be sent again. */
import { Button, Code, Group, SimpleGrid, Stack, Text, Timeline } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { z } from 'zod'
import type { signalTrail } from '../../../src/signals/audit/contract.ts'
import { get } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'
import { Page } from '../../ui/page.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { State } from '../../ui/state.tsx'
import { ReplayNotes } from '../destinations/dead-letters.tsx'
import { useReplay } from '../destinations/use-replay.ts'
import { useDestinations } from '../overview/use-overview.ts'
import { stepsOfDelivery, stepsToDecision } from './milliseconds.ts'
import { TimeSpent } from './time-spent.tsx'
import { Time } from '../../ui/time.tsx'

type Trail = z.infer<typeof signalTrail>

export function Signal() {
  const { id } = useParams({ strict: false }) as { id: string }
  const trail = useQuery({ queryKey: ['signal', id], queryFn: () => get<Trail>(`/api/v1/signals/${id}`) })
  useLive<{ signal_id: string }>('deliveries', ({ signal_id }) => {
    if (signal_id === id) void trail.refetch()
  })
  const again = useReplay()
  const { data } = trail
  const names = new Map(useDestinations().data?.items.map((one) => [one.id, one.name]))
  const signal = data?.signal
  return (
    <Page
      title={signal ? `${signal.ticker} ${signal.side}` : 'Signal'}
      about={signal ? `${signal.source}, ${signal.id}` : 'One signal and all that became of it.'}
      error={trail.error}
    >
      {signal && (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Stack gap="xs">
            <Group gap="xs">
              <State of={signal.decision} />
              <Text size="sm">{signal.reason_text}</Text>
            </Group>
            <Text size="sm" fw={600}>
              The facts it was decided by
            </Text>
            <Code block>{JSON.stringify(signal.facts, null, 2)}</Code>
            <Text size="sm" fw={600}>
              As it came in
            </Text>
            <Code block>{signal.body}</Code>
          </Stack>
          <Stack gap="md">
            <TimeSpent title="Where its time went" steps={stepsToDecision(data)} />
            {data.deliveries.map((one) => (
              <TimeSpent
                key={one.seq}
                title={`To ${names.get(one.destination_id) ?? 'a destination that is gone'}`}
                steps={stepsOfDelivery(data, one)}
              />
            ))}
            <Timeline bulletSize={12} active={data.timeline.length}>
              {data.timeline.map((one, i) => (
                <Timeline.Item key={i} title={one.event}>
                  <Text size="xs" c="dimmed">
                    <Time at={one.at} />
                  </Text>
                  <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                    {Object.entries(one.detail)
                      .filter(([name, value]) => value !== null && name !== 'facts')
                      .map(
                        ([name, value]) =>
                          `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
                      )
                      .join(' · ')}
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
          </Stack>
        </SimpleGrid>
      )}
      <ReplayNotes of={again} />
      {data && (
        <Sheet
          label="Deliveries"
          head={['Destination', 'State', 'Attempts', 'Answer', 'Latency', 'When', '']}
          rows={data.deliveries.map((one) => ({
            key: String(one.seq),
            cells: [
              names.get(one.destination_id) ?? '-',
              <State key="s" of={one.state} />,
              one.attempts,
              one.status === null ? (one.excerpt ?? '-') : `${one.status} ${one.excerpt ?? ''}`,
              one.latency_ms === null ? '-' : `${Math.round(one.latency_ms)} ms`,
              <Time key="t" at={one.at} />,
              one.state === 'pending' ? (
                ''
              ) : (
                <Button
                  key="b"
                  size="compact-xs"
                  variant="default"
                  onClick={() => again.ask({ deliveries: [{ signal_id: one.signal_id, seq: one.seq }] })}
                >
                  Send again
                </Button>
              ),
            ],
          }))}
          empty="Nothing was sent."
        />
      )}
    </Page>
  )
}
