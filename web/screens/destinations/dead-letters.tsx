/** Deliveries that ended undelivered, of one destination or of all; each can be sent again. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get, type Delivery, type Page as Rows } from '../../api.ts'
import { Fault } from '../../ui/page.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { State } from '../../ui/state.tsx'
import { Time } from '../../ui/time.tsx'
import { useReplay, type Replay } from './use-replay.ts'

export function DeadLetters({ destinationId }: { destinationId?: string }) {
  const dead = useQuery({
    queryKey: ['deliveries', 'dead', destinationId],
    queryFn: () =>
      get<Rows<Delivery>>(
        `/api/v1/deliveries?state=dead&limit=50${destinationId === undefined ? '' : `&destination_id=${destinationId}`}`,
      ),
    refetchInterval: 5_000,
  })
  const replay = useReplay()
  const items = dead.data?.items ?? []
  return (
    <>
      <ReplayNotes of={replay} />
      {items.length > 0 && (
        <Stack gap="xs">
          <Group justify="space-between">
            <Text fw={600}>Dead letters</Text>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() =>
                replay.ask({
                  state: 'dead',
                  ...(destinationId !== undefined && { destination_id: destinationId }),
                })
              }
            >
              Replay all
            </Button>
          </Group>
          <Sheet
            label="Dead letters"
            head={['Ended', 'Ticker', 'Side', 'Why', 'Answer', '']}
            rows={items.map((one) => ({
              key: `${one.signal_id} ${one.seq}`,
              cells: [
                <Time key="t" at={one.at} />,
                one.ticker,
                <State key="s" of={one.side} />,
                one.reason,
                `${one.status ?? ''} ${one.excerpt ?? ''}`,
                <Button
                  key="b"
                  size="compact-xs"
                  variant="default"
                  onClick={() => replay.ask({ deliveries: [{ signal_id: one.signal_id, seq: one.seq }] })}
                >
                  Replay
                </Button>,
              ],
            }))}
            empty=""
          />
        </Stack>
      )}
    </>
  )
}

/** What became of a replay, and the question whether the stale are to be sent all the same. */
export function ReplayNotes({ of: replay }: { of: Replay }) {
  return (
    <>
      {replay.error && <Fault error={replay.error} />}
      <Modal opened={replay.stale > 0} onClose={replay.leave} title="These signals are late">
        <Stack gap="sm">
          <Text size="sm">
            {replay.stale === 1 ? 'One delivery is' : `${replay.stale} deliveries are`} older than the
            destination takes. A trade on an old signal can be worse than none.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={replay.leave}>
              Leave them
            </Button>
            <Button color="red" onClick={replay.force}>
              Send all the same
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
