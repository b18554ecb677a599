/** One's own account: password, second factor, API tokens, sessions. */
import { Button, Checkbox, Code, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, get, useChange, type ApiToken, type Me, type Session } from '../api.ts'
import { Fault, Page } from '../ui/page.tsx'
import { Secret } from '../ui/secret.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { Time } from '../ui/time.tsx'
import { QrCode } from '../ui/qr-code.tsx'
import { useMe } from '../shell.tsx'

export function Account() {
  const { data: me } = useMe()
  if (!me) return null
  return (
    <Page title="Account" about={`${me.email}: ${me.role}, plan ${me.plan}.`}>
      <Address me={me} />
      <Password />
      <SecondFactor me={me} />
      <Tokens me={me} />
      <Sessions />
    </Page>
  )
}

/** Where mail is set up: one's own address, and another one. */
function Address({ me }: { me: Me }) {
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: () => get<{ mail: boolean }>('/api/v1/setup'),
  })
  const form = useForm({ initialValues: { email: '', password: '' } })
  const again = useChange(() => call<{ message: string }>('POST', '/api/v1/me/verification', {}), [])
  const change = useChange(
    (values: typeof form.values) => call<{ message: string }>('POST', '/api/v1/me/email', values),
    [],
  )
  if (!setup.data?.mail) return null
  const error = again.error ?? change.error
  const said = change.data ?? again.data
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <Stack gap="xs" maw={560}>
        <Title order={2} size="h5">
          Address
        </Title>
        <Group gap="xs">
          <Text size="sm">
            {me.email}: {me.email_verified ? 'confirmed' : 'not confirmed yet'}
          </Text>
          {!me.email_verified && (
            <Button
              size="compact-xs"
              variant="default"
              loading={again.isPending}
              onClick={() => again.mutate(undefined)}
            >
              Mail the link again
            </Button>
          )}
        </Group>
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Another address"
            type="email"
            size="xs"
            required
            {...form.getInputProps('email')}
          />
          <PasswordInput label="Password" size="xs" w={180} required {...form.getInputProps('password')} />
          <Button type="submit" size="xs" variant="default" loading={change.isPending}>
            Change
          </Button>
        </Group>
        {error && <Fault error={error} />}
        {said && (
          <Text size="sm" role="status">
            {said.message}
          </Text>
        )}
      </Stack>
    </form>
  )
}

function Password() {
  const form = useForm({ initialValues: { current: '', next: '' } })
  const change = useChange(
    (values: typeof form.values) => call('POST', '/api/v1/me/password', values),
    [['me']],
  )
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <Stack gap="xs" maw={420}>
        <Title order={2} size="h5">
          Password
        </Title>
        <PasswordInput
          label="Password now"
          autoComplete="current-password"
          required
          {...form.getInputProps('current')}
        />
        <PasswordInput
          label="New password"
          autoComplete="new-password"
          required
          {...form.getInputProps('next')}
        />
        {change.error && <Fault error={change.error} />}
        <Group gap="xs">
          <Button type="submit" size="xs" loading={change.isPending}>
            Change it
          </Button>
          <Text size="xs" c="dimmed">
            Ends every session, this one too.
          </Text>
        </Group>
      </Stack>
    </form>
  )
}

function SecondFactor({ me }: { me: Me }) {
  const [begun, setBegun] = useState<{ secret: string; address: string } | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const form = useForm({ initialValues: { code: '', password: '' } })
  const begin = useChange(
    () => call<{ secret: string; address: string }>('POST', '/api/v1/me/second-factor', {}),
    [],
  )
  const confirm = useChange(
    ({ code }: typeof form.values) =>
      call<{ recovery_codes: string[] }>('POST', '/api/v1/me/second-factor/confirm', { code }),
    [['me']],
  )
  const remove = useChange(
    ({ password }: typeof form.values) => call('DELETE', '/api/v1/me/second-factor', { password }),
    [['me']],
  )
  const error = begin.error ?? confirm.error ?? remove.error
  return (
    <Stack gap="xs" maw={560}>
      <Title order={2} size="h5">
        Second factor
      </Title>
      {codes && <Secret title="Recovery codes, each good once, shown this once" text={codes.join('\n')} />}
      {error && <Fault error={error} />}
      {me.second_factor ? (
        <form onSubmit={form.onSubmit((values) => remove.mutate(values))}>
          <Group gap="xs" align="flex-end">
            <PasswordInput
              label="It is on. Password, to turn it off"
              size="xs"
              required
              {...form.getInputProps('password')}
            />
            <Button type="submit" size="xs" variant="default">
              Turn off
            </Button>
          </Group>
        </form>
      ) : begun === null ? (
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => begin.mutate(undefined, { onSuccess: setBegun })}
          >
            Turn on
          </Button>
        </Group>
      ) : (
        <form
          onSubmit={form.onSubmit((values) =>
            confirm.mutate(values, { onSuccess: (made) => setCodes(made.recovery_codes) }),
          )}
        >
          <Text size="sm">
            Scan this with your authenticator app, or enter the key there; then the code that it shows.
          </Text>
          <QrCode text={begun.address} label="QR code for the authenticator app" />
          <Code block>{begun.secret}</Code>
          <Group gap="xs" align="flex-end">
            <TextInput
              label="Code"
              size="xs"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              {...form.getInputProps('code')}
            />
            <Button type="submit" size="xs">
              Confirm
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  )
}

function Tokens({ me }: { me: Me }) {
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: () => get<{ items: ApiToken[] }>('/api/v1/me/tokens'),
  })
  const [token, setToken] = useState<string | null>(null)
  const form = useForm({ initialValues: { name: '', scopes: [me.may.includes('read') ? 'read' : 'own'] } })
  const make = useChange(
    (values: typeof form.values) => call<{ token: string }>('POST', '/api/v1/me/tokens', values),
    [['tokens']],
  )
  const remove = useChange((id: string) => call('DELETE', `/api/v1/me/tokens/${id}`), [['tokens']])
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        API tokens
      </Title>
      <form
        onSubmit={form.onSubmit((values) =>
          make.mutate(values, { onSuccess: (made) => setToken(made.token) }),
        )}
      >
        <Group gap="sm" align="flex-end">
          <TextInput label="Name" size="xs" required {...form.getInputProps('name')} />
          <Checkbox.Group label="May" size="xs" {...form.getInputProps('scopes')}>
            <Group gap="xs">
              {me.may.map((one) => (
                <Checkbox key={one} size="xs" value={one} label={one} />
              ))}
            </Group>
          </Checkbox.Group>
          <Button type="submit" size="xs" loading={make.isPending}>
            Make a token
          </Button>
        </Group>
      </form>
      {token && <Secret title="API token, shown this once" text={token} />}
      {(make.error ?? remove.error) && <Fault error={(make.error ?? remove.error)!} />}
      <Sheet
        label="API tokens"
        head={['Name', 'Token', 'May', 'Last used', '']}
        rows={tokens.data?.items.map((one) => ({
          key: one.id,
          cells: [
            one.name,
            <code key="t">{one.token}</code>,
            one.scopes.join(', '),
            <Time key="u" at={one.last_used_at} />,
            <Button key="b" size="compact-xs" variant="default" onClick={() => remove.mutate(one.id)}>
              Remove
            </Button>,
          ],
        }))}
        empty="No token yet."
      />
    </Stack>
  )
}

function Sessions() {
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => get<{ items: Session[] }>('/api/v1/me/sessions'),
  })
  const end = useChange((id: string) => call('DELETE', `/api/v1/me/sessions/${id}`), [['sessions'], ['me']])
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        Where you are logged in
      </Title>
      <Sheet
        label="Sessions"
        head={['Since', 'Last seen', 'From', 'With', '']}
        rows={sessions.data?.items.map((one) => ({
          key: one.id,
          cells: [
            <Time key="c" at={one.created_at} />,
            <Time key="s" at={one.last_seen_at} />,
            one.address,
            one.agent.slice(0, 60),
            one.current ? (
              'this one'
            ) : (
              <Button key="b" size="compact-xs" variant="default" onClick={() => end.mutate(one.id)}>
                End
              </Button>
            ),
          ],
        }))}
        empty=""
      />
    </Stack>
  )
}
