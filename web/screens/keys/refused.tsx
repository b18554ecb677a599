/** What was refused, and why: of all senders, or of one. */
import { Code, Stack, Text } from '@mantine/core'
import { Sheet } from '../../ui/sheet.tsx'
import { Time } from '../../ui/time.tsx'
import { useRefused } from './use-keys.ts'

export function RefusedPayloads({ keyId }: { keyId?: string }) {
  const items = useRefused(keyId).data?.items
  return (
    <Stack gap="xs">
      <Text fw={600}>What was refused</Text>
      <Sheet
        label="Refused payloads"
        head={['Time', 'From', 'Why', 'Field', 'In words', 'Body']}
        rows={items?.map((one) => ({
          key: one.id,
          cells: [
            <Time key="t" at={one.received_at} />,
            one.remote ?? '-',
            one.code,
            one.field ?? '-',
            one.message,
            <Code key="b">{one.body.slice(0, 120)}</Code>,
          ],
        }))}
        empty="Nothing was refused."
      />
    </Stack>
  )
}
