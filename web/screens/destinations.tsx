/** Where signals go: make, test, pause, rotate the secret, and replay what is dead. */
import { Button, Group, Modal, NumberInput, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, useChange, type Delivery, type Destination, type Page as Rows } from '../api.ts'
import { Fault, Page } from '../ui/page.tsx'
import { Secret } from '../ui/secret.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'
import { Time } from '../ui/time.tsx'

const KEY = [['destinations'], ['status']]

export function Destinations() {
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: () => get<{ items: Destination[] }>('/api/v1/destinations'),
    refetchInterval: 5_000,
  })
  const [secret, setSecret] = useState<string | null>(null)
  const [told, setTold] = useState<string | null>(null)
  const [making, making_] = useDisclosure()
  const setState = useChange(
    ({ id, state }: Pick<Destination, 'id' | 'state'>) =>
      call('PATCH', `/api/v1/destinations/${id}`, { state }),
    KEY,
  )
  const rotate = useChange(
    (id: string) => call<{ secret: string }>('POST', `/api/v1/destinations/${id}/rotate-secret`),
    KEY,
  )
  const test = useChange(
    (id: string) =>
      call<{ outcome: string; status: number | null; latency_ms: number; excerpt: string | null }>(
        'POST',
        `/api/v1/destinations/${id}/test`,
      ),
    [],
  )
  return (
    <Page
      title="Destinations"
      about="Where approved signals go, signed, in order and no faster than each one takes them."
      error={destinations.error ?? setState.error ?? rotate.error ?? test.error}
      actions={
        <Button size="xs" onClick={making_.open}>
          New destination
        </Button>
      }
    >
      {secret && (
        <Secret title="Signing secret, shown this once; the old one signs along for a day" text={secret} />
      )}
      {told && (
        <Text size="sm" role="status">
          {told}
        </Text>
      )}
      <Sheet
        label="Destinations"
        head={['Name', 'Address', 'State', 'Circuit', 'Limit', '']}
        rows={destinations.data?.items.map((one) => ({
          key: one.id,
          cells: [
            one.name,
            <code key="u">{one.url}</code>,
            <Group key="s" gap={4}>
              <State of={one.state} />
              <Text size="xs" c="dimmed">
                {one.state_reason}
              </Text>
            </Group>,
            one.circuit,
            limitText(one),
            <Group key="b" gap={4} wrap="nowrap">
              <Button
                size="compact-xs"
                variant="default"
                onClick={() =>
                  test.mutate(one.id, {
                    onSuccess: ({ outcome, status, latency_ms, excerpt }) =>
                      setTold(
                        `${one.name}: ${outcome} ${status ?? ''} in ${Math.round(latency_ms)} ms. ${excerpt ?? ''}`,
                      ),
                  })
                }
              >
                Test
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() =>
                  setState.mutate({ id: one.id, state: one.state === 'active' ? 'paused' : 'active' })
                }
              >
                {one.state === 'active' ? 'Pause' : 'Resume'}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => rotate.mutate(one.id, { onSuccess: (made) => setSecret(made.secret) })}
              >
                Rotate secret
              </Button>
            </Group>,
          ],
        }))}
        empty="No destination yet. Make one, and approved signals go there."
      />
      <DeadLetters />
      <Modal opened={making} onClose={making_.close} title="New destination">
        <NewDestination
          onMade={(made) => {
            making_.close()
            setSecret(made)
          }}
        />
      </Modal>
    </Page>
  )
}

function limitText({ settings }: Destination): string {
  const [first] = settings.limits
  return first === undefined ? 'none' : `${first.permits} in ${first.windowMs / 1000} s`
}

function NewDestination({ onMade }: { onMade: (secret: string) => void }) {
  const form = useForm({ initialValues: { name: '', url: '', perMinute: 60, template: '' } })
  const make = useChange(
    ({ name, url, perMinute, template }: typeof form.values) =>
      call<{ secret: string }>('POST', '/api/v1/destinations', {
        name,
        url,
        settings: { limits: [{ permits: perMinute, windowMs: 60_000 }] },
        ...(template !== '' && { template }),
      }),
    KEY,
  )
  return (
    <form
      onSubmit={form.onSubmit((values) => make.mutate(values, { onSuccess: (made) => onMade(made.secret) }))}
    >
      <Stack gap="sm">
        <TextInput label="Name" required {...form.getInputProps('name')} />
        <TextInput label="Address" placeholder="https://" required {...form.getInputProps('url')} />
        <NumberInput
          label="Requests a minute, at most"
          min={1}
          required
          {...form.getInputProps('perMinute')}
        />
        <Textarea
          label="Template"
          description="Leave empty for the default body; {{ticker}}, {{side}}, {{price}} and others are filled in"
          autosize
          minRows={2}
          {...form.getInputProps('template')}
        />
        {make.error && <Fault error={make.error} />}
        <Button type="submit" loading={make.isPending}>
          Make it
        </Button>
      </Stack>
    </form>
  )
}

function DeadLetters() {
  const dead = useQuery({
    queryKey: ['deliveries', 'dead'],
    queryFn: () => get<Rows<Delivery>>('/api/v1/deliveries?state=dead&limit=50'),
  })
  const replay = useChange(
    (body: object) => call('POST', '/api/v1/deliveries/replay', body),
    [['deliveries'], ...KEY],
  )
  const items = (dead.data?.items ?? []).filter((one) => one.replayed_at === null)
  if (items.length === 0) return null
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600}>Dead letters</Text>
        <Button size="compact-xs" variant="default" onClick={() => replay.mutate({ state: 'dead' })}>
          Replay all
        </Button>
      </Group>
      {replay.error && <Fault error={replay.error} />}
      <Sheet
        label="Dead letters"
        head={['Ended', 'Ticker', 'Side', 'Why', 'Answer', '']}
        rows={items.map((one) => ({
          key: String(one.seq),
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
              onClick={() => replay.mutate({ deliveries: [{ signal_id: one.signal_id, seq: one.seq }] })}
            >
              Replay
            </Button>,
          ],
        }))}
        empty=""
      />
    </Stack>
  )
}
