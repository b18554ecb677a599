/** How senders on the internet reach a Signalbox at home or on a server. */
import { Alert, Code, List, Stack, Text, Title } from '@mantine/core'
import { Page } from '../../ui/page.tsx'

const NGINX = `server {
  listen 443 ssl;
  server_name signals.example.com;
  location / {
    proxy_pass http://127.0.0.1:8080;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
  }
}`
const SETTINGS = `PUBLIC_URL=https://signals.example.com
TRUSTED_PROXIES=127.0.0.1/32`

export function Reach() {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)
  return (
    <Page
      title="How to be reached from outside"
      about="Senders such as TradingView post from the internet: they need an address of yours there."
    >
      <Alert color={isLocal ? 'orange' : 'teal'} variant="light">
        You see this page at {location.origin}.{' '}
        {isLocal
          ? 'That address means this very machine: nobody else can send there.'
          : 'Whoever can open it can send there, given a key.'}
      </Alert>
      <Stack gap="xs" maw={760}>
        <Title order={2} size="h5">
          What senders insist on
        </Title>
        <List size="sm" spacing={4}>
          <List.Item>
            TradingView posts to ports 80 and 443 only, over IPv4, and gives up after 3 seconds.
          </List.Item>
          <List.Item>Use https: the key travels in the address or the body.</List.Item>
          <List.Item>
            A key can take from TradingView’s four addresses alone: open the key, “Only TradingView’s
            addresses”.
          </List.Item>
        </List>
        <Title order={2} size="h5">
          With a server of your own: a reverse proxy
        </Title>
        <Text size="sm">
          A proxy holds the certificate and hands requests on. nginx (Caddy does the same with one line:{' '}
          <code>reverse_proxy 127.0.0.1:8080</code>):
        </Text>
        <Code block>{NGINX}</Code>
        <Text size="sm">
          Then tell Signalbox its address, and whose word on a sender’s address to believe, in{' '}
          <code>.env</code>:
        </Text>
        <Code block>{SETTINGS}</Code>
        <Title order={2} size="h5">
          At home, without opening a port: a tunnel
        </Title>
        <Code block>{`cloudflared tunnel --url http://127.0.0.1:8080
tailscale funnel 8080`}</Code>
        <Text size="sm">
          Either prints an https address that ends at this machine. Set it as <code>PUBLIC_URL</code> and
          start again.
        </Text>
      </Stack>
    </Page>
  )
}
