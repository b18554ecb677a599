/** Where signals go: all destinations, a new one, and the dead letters. */
import { Anchor, Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get, useChange, type Destination } from '../../api.ts'
import { Fault, Page } from '../../ui/page.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { State } from '../../ui/state.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { DestinationActions } from './destination-actions.tsx'

export function Destinations() {
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: () => get<{ items: Destination[] }>('/api/v1/destinations'),
    refetchInterval: 5_000,
  })
  const [secret, setSecret] = useState<string | null>(null)
  const [making, making_] = useDisclosure()
  return (
    <Page
      title="Destinations"
      about="Where approved signals go, signed, in order and no faster than each one takes them."
      error={destinations.error}
      actions={
        <Button size="xs" onClick={making_.open}>
          New destination
        </Button>
      }
    >
      {secret && <Secret title="Signing secret, shown this once" text={secret} />}
      <Sheet
        label="Destinations"
        head={['Name', 'Address', 'State', 'Circuit', 'Limit', '']}
        rows={destinations.data?.items.map((one) => ({
          key: one.id,
          cells: [
            <Anchor
              key="n"
              component={Link}
              to="/destinations/$id"
              params={{ id: one.id } as never}
              size="sm"
            >
              {one.name}
            </Anchor>,
            <code key="u">{one.url}</code>,
            <Group key="s" gap={4}>
              <State of={one.state} />
              <Text size="xs" c="dimmed">
                {one.state_reason}
              </Text>
            </Group>,
            one.circuit,
            limitText(one),
            <DestinationActions key="a" of={one} />,
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
  const texts = settings.limits.map(({ permits, windowMs }) => `${permits} in ${windowMs / 1000} s`)
  return texts.join(', ') || 'none'
}

function NewDestination({ onMade }: { onMade: (secret: string) => void }) {
  const form = useForm({ initialValues: { name: '', url: '', perMinute: 60 } })
  const make = useChange(
    ({ name, url, perMinute }: typeof form.values) =>
      call<{ secret: string }>('POST', '/api/v1/destinations', {
        name,
        url,
        settings: { limits: [{ permits: perMinute, windowMs: 60_000 }] },
      }),
    [['destinations'], ['status']],
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
        <Text size="sm" c="dimmed">
          It is sent the default body. A template, filters and more limits are on its own page.
        </Text>
        {make.error && <Fault error={make.error} />}
        <Button type="submit" loading={make.isPending}>
          Make it
        </Button>
      </Stack>
    </form>
  )
}
