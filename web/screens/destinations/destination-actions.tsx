/** What can be done with a destination at once: test it, pause it, rotate its secret. */
import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
import { call, useChange, type Destination } from '../../api.ts'
import { Secret } from '../../ui/secret.tsx'

interface Tested {
  outcome: string
  status: number | null
  latency_ms: number
  excerpt: string | null
}

export function DestinationActions({ of: { id, name, state } }: { of: Destination }) {
  const [told, setTold] = useState<{ title: string; secret?: string } | null>(null)
  const stale = [['destinations'], ['status']]
  const setState = useChange(
    (next: Destination['state']) => call('PATCH', `/api/v1/destinations/${id}`, { state: next }),
    stale,
  )
  const rotate = useChange(
    () =>
      call<{ secret: string; old_expires_at: string }>('POST', `/api/v1/destinations/${id}/rotate-secret`),
    stale,
  )
  const test = useChange(() => call<Tested>('POST', `/api/v1/destinations/${id}/test`), stale)
  const fail = (error: Error) => setTold({ title: error.message })
  const tell = ({ outcome, status, latency_ms, excerpt }: Tested) =>
    setTold({
      title: `${name}: ${outcome} ${status ?? ''} in ${Math.round(latency_ms)} ms. ${excerpt ?? ''}`,
    })
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        size="compact-xs"
        variant="default"
        loading={test.isPending}
        onClick={() => test.mutate(undefined, { onSuccess: tell, onError: fail })}
      >
        Test
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => setState.mutate(state === 'active' ? 'paused' : 'active', { onError: fail })}
      >
        {state === 'active' ? 'Pause' : 'Resume'}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() =>
          rotate.mutate(undefined, {
            onSuccess: ({ secret, old_expires_at }) =>
              setTold({
                title: `The old secret signs along until ${new Date(old_expires_at).toLocaleString()}.`,
                secret,
              }),
            onError: fail,
          })
        }
      >
        Rotate secret
      </Button>
      <Modal opened={told !== null} onClose={() => setTold(null)} title={name}>
        <div role="status">{told?.title}</div>
        {told?.secret !== undefined && <Secret title="Signing secret, shown this once" text={told.secret} />}
      </Modal>
    </Group>
  )
}
