/** Webhook keys: who may send, with what to paste at the sender, and what was refused. */
import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call, useChange } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'
import { Page } from '../../ui/page.tsx'
import { Secret } from '../../ui/secret.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { Time } from '../../ui/time.tsx'
import { RefusedPayloads } from './refused.tsx'
import { Snippets } from './snippets.tsx'
import { useKeys } from './use-keys.ts'

export function Keys() {
  const keys = useKeys()
  const [made, setMade] = useState<{ url: string } | null>(null)
  const form = useForm({ initialValues: { name: '' } })
  const make = useChange(
    (values: typeof form.values) =>
      call<{ url: string; token: string }>('POST', '/api/v1/webhook-keys', values),
    [['keys']],
  )
  const revoke = useChange((id: string) => call('DELETE', `/api/v1/webhook-keys/${id}`), [['keys']])
  return (
    <Page
      title="Webhook keys"
      about="One key for each sender: TradingView, Chartink, a script of yours."
      error={keys.error ?? make.error ?? revoke.error}
      actions={
        <Button component={Link} to="/reach" size="xs" variant="default">
          How to be reached from outside
        </Button>
      }
    >
      <form
        onSubmit={form.onSubmit((values) =>
          make.mutate(values, {
            onSuccess: (key) => {
              setMade(key)
              form.reset()
            },
          }),
        )}
      >
        <Group gap="xs" align="flex-end">
          <TextInput label="Name of the sender" required size="xs" {...form.getInputProps('name')} />
          <Button type="submit" size="xs" loading={make.isPending}>
            Make a key
          </Button>
        </Group>
      </form>
      {made && <FirstSteps key={made.url} url={made.url} />}
      <Sheet
        label="Webhook keys"
        head={['Name', 'Token', 'Made', 'Last used', '']}
        rows={keys.data?.items.map((one) => ({
          key: one.id,
          cells: [
            <Anchor key="n" component={Link} to="/keys/$id" params={{ id: one.id } as never} size="sm">
              {one.name}
            </Anchor>,
            <code key="t">{one.token}</code>,
            <Time key="m" at={one.created_at} />,
            <Time key="u" at={one.last_used_at} />,
            one.revoked_at ? (
              'revoked'
            ) : (
              <Button key="b" size="compact-xs" variant="default" onClick={() => revoke.mutate(one.id)}>
                Revoke
              </Button>
            ),
          ],
        }))}
        empty="No key yet. Make one for your first sender."
      />
      <RefusedPayloads />
    </Page>
  )
}

function FirstSteps({ url }: { url: string }) {
  const [heard, setHeard] = useState(false)
  useLive<{ source: string }>('signals', ({ source }) => source === 'webhook' && setHeard(true))
  return (
    <Stack gap="xs">
      <Secret title="Address for this sender, shown this once" text={url} />
      <Waiting heard={heard} />
      <Snippets url={url} />
    </Stack>
  )
}

export const Waiting = ({ heard }: { heard: boolean }) => (
  <Text size="sm" role="status" c={heard ? 'var(--mantine-color-teal-outline)' : 'dimmed'}>
    {heard ? 'The first alert has come.' : 'Waiting for your first alert …'}
  </Text>
)
