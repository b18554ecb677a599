/** The steps of a signal as bars: the longest is the widest. */
import { Group, Progress, Stack, Text } from '@mantine/core'
import type { Step } from './milliseconds.ts'

const shown = (ms: number) =>
  ms < 10_000 ? `${Math.round(ms).toLocaleString()} ms` : `${(ms / 1_000).toFixed(1)} s`

export function TimeSpent({ title, steps }: { title: string; steps: Step[] }) {
  const most = Math.max(1, ...steps.map(({ ms }) => ms))
  return (
    <Stack gap={4} aria-label={title} role="group">
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {steps.map(({ what, ms }, i) => (
        <div key={i}>
          <Group justify="space-between" gap="xs">
            <Text size="xs">{what}</Text>
            <Text size="xs" c="dimmed">
              {shown(ms)}
            </Text>
          </Group>
          <Progress value={(ms / most) * 100} size="xs" aria-label={`${what}: ${shown(ms)}`} />
        </div>
      ))}
    </Stack>
  )
}
