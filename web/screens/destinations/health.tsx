/** How a destination has been of late, in figures. */
import { SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { healthView } from '../../../src/signals/destinations/health/contract.ts'
import { get, type Destination } from '../../api.ts'
import { Figure } from '../../ui/figure.tsx'
import { Fault } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'

const ms = (value: number | null) => (value === null ? '-' : Math.round(value).toLocaleString())

export function HealthCards({ destination: { id, circuit } }: { destination: Destination }) {
  const [hours, setHours] = useState('1')
  const health = useQuery({
    queryKey: ['destinations', id, 'health', hours],
    queryFn: () => get<z.infer<typeof healthView>>(`/api/v1/destinations/${id}/health?hours=${hours}`),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  })
  if (health.error) return <Fault error={health.error} />
  const { data } = health
  if (!data) return null
  const rate = data.success_rate === null ? '-' : `${(data.success_rate * 100).toFixed(1)} %`
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="Looked back"
        value={hours}
        onChange={setHours}
        data={[
          { value: '1', label: 'Last hour' },
          { value: '24', label: 'Last day' },
        ]}
        w={200}
      />
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Figure name="Success" value={rate} unit={`${data.delivered.toLocaleString()} delivered`} />
        <Figure
          name="Not delivered"
          value={data.dead + data.expired}
          unit={`${data.dead} dead, ${data.expired} expired`}
        />
        <Figure name="Tried again" value={data.failed_attempts} unit="attempts" />
        <Figure
          name="Latency"
          value={ms(data.latency_ms.p50)}
          unit={`ms, half; 95 %: ${ms(data.latency_ms.p95)} ms`}
        />
        <Figure name="Waiting" value={data.waiting} unit="deliveries" />
        <Figure
          name="Circuit"
          value={circuit}
          unit={data.not_before === null ? 'sends' : 'sends nothing yet'}
        />
      </SimpleGrid>
      {data.failing_since !== null && (
        <Text size="sm" c="var(--mantine-color-orange-outline)">
          Failing since <Time at={data.failing_since} />
          {data.not_before !== null && (
            <>
              , tries again at <Time at={data.not_before} />
            </>
          )}
        </Text>
      )}
    </Stack>
  )
}
