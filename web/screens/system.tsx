/** How the machine is: its parts, roles, queues and version. */
import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'

interface Health {
  parts: { name: string; ok: boolean; detail?: string }[]
}

interface Status {
  version: string
  uptime_sec: number
  durability: string
  roles: string[]
  queue: { size: number; max: number }
  workers: { deciding: number; lanes_held: number }
}

const hours = (sec: number) => `${Math.floor(sec / 3_600)} h ${Math.floor((sec % 3_600) / 60)} min`

export function System() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: () => get<Health>('/health/detailed'),
    refetchInterval: 5_000,
  })
  const status = useQuery({
    queryKey: ['status'],
    queryFn: () => get<Status>('/status'),
    refetchInterval: 5_000,
  })
  const { data } = status
  return (
    <Page
      title="System"
      about="The parts of this Signalbox, and how they are."
      error={health.error ?? status.error}
      actions={
        <Anchor href="/docs" size="sm">
          API
        </Anchor>
      }
    >
      <Sheet
        label="Parts"
        head={['Part', 'State', 'Detail']}
        rows={(health.data?.parts ?? []).map((one) => ({
          key: one.name,
          cells: [one.name, <State key="s" of={one.ok ? 'ok' : 'failed'} />, one.detail ?? ''],
        }))}
        empty="…"
      />
      {data && (
        <Text size="sm">
          Version {data.version}, up {hours(data.uptime_sec)}, roles {data.roles.join(', ')}; what is accepted
          survives a {data.durability === 'power' ? 'power cut' : 'crash of the process'}. Queue:{' '}
          {data.queue.size.toLocaleString()} of {data.queue.max.toLocaleString()} deliveries;{' '}
          {data.workers.lanes_held} lanes held, {data.workers.deciding} signals being decided.
        </Text>
      )}
    </Page>
  )
}
