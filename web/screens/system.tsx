/** How the machine is: its parts, what it runs on, its queues, and the settings in force. */
import { Alert, Anchor, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { settingRow, systemView } from '../../src/app/contract.ts'
import { get } from '../api.ts'
import { useMe } from '../shell.tsx'
import { Figure } from '../ui/figure.tsx'
import { Fault, Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'

interface Health {
  parts: { name: string; ok: boolean; detail?: string }[]
}

interface Status {
  queue: { size: number; max: number }
  workers: { deciding: number; lanes_held: number }
}

type Machine = z.infer<typeof systemView>
type Setting = z.infer<typeof settingRow>

const hours = (sec: number) => `${Math.floor(sec / 3_600)} h ${Math.floor((sec % 3_600) / 60)} min`
const BUS = { memory: 'in memory (one process)', redis: 'Redis', 'redis-cluster': 'Redis cluster' }

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
  const machine = useQuery({
    queryKey: ['system'],
    queryFn: () => get<Machine>('/api/v1/system'),
    refetchInterval: 10_000,
  })
  const { data: me } = useMe()
  const bad = (health.data?.parts ?? []).filter(({ ok }) => !ok)
  return (
    <Page
      title="System"
      about="The parts of this Signalbox, and how they are."
      error={health.error ?? status.error ?? machine.error}
      actions={
        <Anchor href="/docs" size="sm">
          API
        </Anchor>
      }
    >
      {bad.length > 0 && (
        <Alert color="red" variant="light" title="Needs attention">
          {bad.map(({ name, detail }) => (
            <div key={name}>
              {name}: {detail ?? 'is not well'}
            </div>
          ))}
        </Alert>
      )}
      {machine.data && status.data && <Figures machine={machine.data} status={status.data} />}
      <Sheet
        label="Parts"
        head={['Part', 'State', 'Detail']}
        rows={health.data?.parts.map((one) => ({
          key: one.name,
          cells: [one.name, <State key="s" of={one.ok ? 'ok' : 'failed'} />, one.detail ?? ''],
        }))}
        empty=""
      />
      {me?.may.includes('administer') && <SettingsInForce />}
    </Page>
  )
}

function Figures({ machine: m, status: { queue, workers } }: { machine: Machine; status: Status }) {
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        <Figure name="Queue" value={queue.size} unit={`of ${queue.max.toLocaleString()} deliveries`} />
        <Figure name="Deciding" value={workers.deciding} unit={`signals; ${workers.lanes_held} lanes held`} />
        <Figure name="Memory" value={m.process.memory_mb} unit="MB of this process" />
        <Figure name="Database" value={m.database.size_mb} unit={`MB, ${m.database.kind}`} />
        <Figure
          name="Connections"
          value={m.database.connections}
          unit={`${m.database.waiting} statements wait`}
        />
        <Figure
          name="Disk free"
          value={m.disk.free_mb}
          unit={`MB; below ${m.disk.min_free_mb} it takes nothing`}
        />
      </SimpleGrid>
      <Text size="sm">
        Signalbox {m.versions.signalbox}, {m.versions.database}
        {m.database.pooler && ' through PgBouncer'}, Node {m.versions.node}; process {m.process.name}, up{' '}
        {hours(m.process.uptime_sec)}, roles {m.process.roles.join(', ')}. Schema{' '}
        {m.database.schema ?? 'none'}. Stream: {BUS[m.bus]}. What is accepted survives a{' '}
        {m.database.survives === 'power' ? 'power cut' : 'crash of the process'}.
      </Text>
    </>
  )
}

/** Those that somebody set come first. */
function SettingsInForce() {
  const [sought, setSought] = useState('')
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: () => get<{ items: Setting[] }>('/api/v1/settings'),
  })
  const words = sought.toLowerCase()
  const rows = settings.data?.items
    .filter(({ name, doc }) => `${name} ${doc}`.toLowerCase().includes(words))
    .toSorted((a, b) => Number(a.origin === 'default') - Number(b.origin === 'default'))
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <Text fw={600}>Settings in force</Text>
        <TextInput
          size="xs"
          type="search"
          aria-label="Search settings"
          placeholder="Search settings …"
          value={sought}
          onChange={({ currentTarget }) => setSought(currentTarget.value)}
        />
      </Group>
      {settings.error && <Fault error={settings.error} />}
      <Sheet
        label="Settings"
        head={['Name', 'Value', 'From', 'What it means']}
        rows={rows?.map((one) => ({
          key: one.name,
          cells: [
            <code key="n">{one.name}</code>,
            <code key="v">{one.value}</code>,
            one.origin,
            <>
              {one.doc}
              {one.note && (
                <Text size="xs" c="var(--mantine-color-orange-outline)">
                  {one.note}
                </Text>
              )}
            </>,
          ],
        }))}
        empty="No setting has this in its name or meaning."
      />
      <Text size="xs" c="dimmed">
        Settings are read from the environment and from <code>.env</code> when Signalbox starts.
      </Text>
    </Stack>
  )
}
