/** Webhook keys: who may send, with what to paste at the sender, and what was refused. */
import { Button, Code, Group, Stack, Tabs, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, useChange, type Page as Rows } from '../api.ts'
import { useLive } from '../live/use-live.ts'
import { Page } from '../ui/page.tsx'
import { Secret } from '../ui/secret.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { Time } from '../ui/time.tsx'

interface KeyRow {
  id: string
  name: string
  token: string
  created_at: string
  revoked_at: string | null
  last_used_at: string | null
}

interface Refused {
  id: string
  received_at: string
  remote: string | null
  code: string
  field: string | null
  message: string
}

export function Keys() {
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: () => get<{ items: KeyRow[] }>('/api/v1/webhook-keys'),
    refetchInterval: 5_000,
  })
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
      {made && <Snippets url={made.url} />}
      <Sheet
        label="Webhook keys"
        head={['Name', 'Token', 'Made', 'Last used', '']}
        rows={keys.data?.items.map((one) => ({
          key: one.id,
          cells: [
            one.name,
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

function Snippets({ url }: { url: string }) {
  const [heard, setHeard] = useState(false)
  useLive<{ source: string }>('signals', ({ source }) => source === 'webhook' && setHeard(true))
  const body = `{"ticker":"{{ticker}}","side":"{{strategy.order.action}}","price":{{close}},"time":"{{timenow}}"}`
  const curl = `curl -X POST ${url} -H 'content-type: application/json' -d '{"ticker":"AAPL","side":"BUY","price":150.25}'`
  const python = `import json, urllib.request\nrequest = urllib.request.Request("${url}", json.dumps({"ticker": "AAPL", "side": "BUY", "price": 150.25}).encode(), {"content-type": "application/json"})\nprint(urllib.request.urlopen(request).read())`
  return (
    <Stack gap="xs">
      <Secret title="Address for this sender, shown this once" text={url} />
      <Text size="sm" role="status" c={heard ? 'var(--mantine-color-teal-outline)' : 'dimmed'}>
        {heard ? 'The first alert has come.' : 'Waiting for your first alert …'}
      </Text>
      <Tabs defaultValue="TradingView">
        <Tabs.List>
          {['TradingView', 'Chartink', 'curl', 'Python'].map((name) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="TradingView" pt="xs">
          <Text size="sm">Alert → Notifications → Webhook URL: the address above. Message:</Text>
          <Code block>{body}</Code>
        </Tabs.Panel>
        <Tabs.Panel value="Chartink" pt="xs">
          <Text size="sm">
            Scanner → Create alert → Webhook URL: the address above. Chartink names no side: give the key a
            default side.
          </Text>
        </Tabs.Panel>
        <Tabs.Panel value="curl" pt="xs">
          <Code block>{curl}</Code>
        </Tabs.Panel>
        <Tabs.Panel value="Python" pt="xs">
          <Code block>{python}</Code>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}

function RefusedPayloads() {
  const refused = useQuery({
    queryKey: ['refused'],
    queryFn: () => get<Rows<Refused>>('/api/v1/rejected-payloads?limit=20'),
    refetchInterval: 10_000,
  })
  const items = refused.data?.items
  return (
    <Stack gap="xs">
      <Text fw={600}>What was refused</Text>
      <Sheet
        label="Refused payloads"
        head={['Time', 'From', 'Why', 'Field', 'In words']}
        rows={items?.map((one) => ({
          key: one.id,
          cells: [
            <Time key="t" at={one.received_at} />,
            one.remote ?? '-',
            one.code,
            one.field ?? '-',
            one.message,
          ],
        }))}
        empty="Nothing was refused."
      />
    </Stack>
  )
}
