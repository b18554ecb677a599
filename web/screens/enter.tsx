/** Before the app: the first administrator, a login, or choosing a password by a link. */
import { Anchor, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ApiError, call, get, useChange } from '../api.ts'
import { Fault } from '../ui/page.tsx'

const Frame = ({ title, about, children }: { title: string; about: string; children: ReactNode }) => (
  <Center mih="100vh" p="md" component="main">
    <Card withBorder w={380} padding="lg">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {about}
      </Text>
      {children}
    </Card>
  </Center>
)

/** The first administrator of a new installation, or a login. */
export function Enter() {
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: () => get<{ needed: boolean; token_needed: boolean; mail: boolean }>('/api/v1/setup'),
  })
  if (setup.error)
    return (
      <Frame title="Signalbox" about="">
        <Fault error={setup.error} />
      </Frame>
    )
  if (!setup.data) return null
  if (!setup.data.needed) return <LogIn mail={setup.data.mail} />
  if (!setup.data.token_needed) return <SetUp />
  return (
    <Frame title="Welcome to Signalbox" about="Nobody has an account here yet.">
      <Text size="sm">
        The first administrator is made in a browser on the machine itself, or in its terminal:
        <br />
        <code>npm run signalbox -- user add you@example.com --role admin</code>
      </Text>
    </Frame>
  )
}

function SetUp() {
  const queries = useQueryClient()
  const form = useForm({ initialValues: { name: '', email: '', password: '' } })
  const setUp = useChange((values: typeof form.values) => call('POST', '/api/v1/setup', values), [])
  return (
    <Frame title="Welcome to Signalbox" about="You are the first here: make your administrator account.">
      <form
        onSubmit={form.onSubmit((values) =>
          setUp.mutate(values, { onSuccess: () => void queries.invalidateQueries() }),
        )}
      >
        <Stack gap="sm">
          <TextInput label="Name" autoComplete="name" required {...form.getInputProps('name')} />
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            description="Twelve characters or more; several words are good"
            autoComplete="new-password"
            required
            {...form.getInputProps('password')}
          />
          {setUp.error && <Fault error={setUp.error} />}
          <Button type="submit" loading={setUp.isPending}>
            Make the account
          </Button>
        </Stack>
      </form>
    </Frame>
  )
}

function LogIn({ mail }: { mail: boolean }) {
  const queries = useQueryClient()
  const [hasForgotten, setHasForgotten] = useState(false)
  const [needsCode, setNeedsCode] = useState(false)
  const form = useForm({ initialValues: { email: '', password: '', code: '' } })
  const logIn = useChange(
    ({ code, ...rest }: typeof form.values) =>
      call('POST', '/api/v1/login', { ...rest, ...(code !== '' && { code }) }),
    [],
  )
  const onError = (error: ApiError) => {
    if (error.code === 'code-needed') setNeedsCode(true)
  }
  if (hasForgotten) return <Forgot email={form.values.email} onBack={() => setHasForgotten(false)} />
  return (
    <Frame title="Signalbox" about="Log in to see your signals.">
      <form
        onSubmit={form.onSubmit((values) =>
          logIn.mutate(values, { onError, onSuccess: () => void queries.invalidateQueries() }),
        )}
      >
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            {...form.getInputProps('password')}
          />
          {needsCode && (
            <TextInput
              label="Code"
              description="Of your authenticator app, or a recovery code"
              autoComplete="one-time-code"
              data-autofocus
              {...form.getInputProps('code')}
            />
          )}
          {logIn.error && <Fault error={logIn.error} />}
          <Button type="submit" loading={logIn.isPending}>
            Log in
          </Button>
          {mail ? (
            <Anchor component="button" type="button" size="sm" onClick={() => setHasForgotten(true)}>
              Forgot your password?
            </Anchor>
          ) : (
            <Text size="xs" c="dimmed">
              Forgot your password? An administrator can make you a link for a new one.
            </Text>
          )}
        </Stack>
      </form>
    </Frame>
  )
}

function Forgot({ email, onBack }: { email: string; onBack(): void }) {
  const form = useForm({ initialValues: { email } })
  const ask = useChange(
    (values: typeof form.values) => call<{ message: string }>('POST', '/api/v1/forgot', values),
    [],
  )
  return (
    <Frame title="A new password" about="By a link that is mailed to you.">
      <form onSubmit={form.onSubmit((values) => ask.mutate(values))}>
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          {ask.error && <Fault error={ask.error} />}
          {ask.data && (
            <Text size="sm" role="status">
              {ask.data.message}
            </Text>
          )}
          <Button type="submit" loading={ask.isPending}>
            Mail me a link
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={onBack}>
            Back to the login
          </Anchor>
        </Stack>
      </form>
    </Frame>
  )
}

/** An invitation or a reset link: its token is behind the `#`, so that it is in no log. */
export function TakeLink() {
  const token = location.hash.slice(1)
  const link = useQuery({
    queryKey: ['link', token],
    queryFn: () => get<{ kind: string; email: string; name: string }>(`/api/v1/links/${token}`),
    retry: false,
  })
  const form = useForm({ initialValues: { password: '' } })
  const take = useChange(
    ({ password }: typeof form.values) => call('POST', `/api/v1/links/${token}`, { password }),
    [],
  )
  if (link.error)
    return (
      <Frame title="This link is over" about="Ask for a new one.">
        <Anchor href="/">To the login</Anchor>
      </Frame>
    )
  if (take.isSuccess)
    return (
      <Frame title="Done" about="Your password is set.">
        <Anchor href="/">To the login</Anchor>
      </Frame>
    )
  if (link.data?.kind === 'verification') return <Verify token={token} name={link.data.name} />
  return (
    <Frame
      title={`Welcome, ${link.data?.name ?? ''}`}
      about={`Choose a password for ${link.data?.email ?? ''}.`}
    >
      <form onSubmit={form.onSubmit((values) => take.mutate(values))}>
        <Stack gap="sm">
          <PasswordInput
            label="Password"
            autoComplete="new-password"
            required
            {...form.getInputProps('password')}
          />
          {take.error && <Fault error={take.error} />}
          <Button type="submit" loading={take.isPending}>
            Set the password
          </Button>
        </Stack>
      </form>
    </Frame>
  )
}

function Verify({ token, name }: { token: string; name: string }) {
  const verify = useChange(() => call('POST', '/api/v1/verify', { token }), [])
  if (verify.isSuccess)
    return (
      <Frame title="Done" about="Your address is confirmed.">
        <Anchor href="/">To Signalbox</Anchor>
      </Frame>
    )
  return (
    <Frame title={`Hello, ${name}`} about="Is this your address?">
      <Stack gap="sm">
        {verify.error && <Fault error={verify.error} />}
        <Button loading={verify.isPending} onClick={() => verify.mutate(undefined)}>
          Yes, confirm it
        </Button>
      </Stack>
    </Frame>
  )
}
