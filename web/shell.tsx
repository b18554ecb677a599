/** Around every screen: who you are, where you can go, and whether what you see is live. */
import {
  ActionIcon,
  AppShell,
  Button,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { ApiError, call, get, type Me } from './api.ts'
import { useConnected } from './live/use-live.ts'
import { Enter } from './screens/enter.tsx'
import { openPalette, Palette } from './palette.tsx'
import { Fault } from './ui/page.tsx'

const PLACES = [
  { to: '/', name: 'Overview', may: 'read' },
  { to: '/signals', name: 'Signals', may: 'read' },
  { to: '/ranking', name: 'Ranking', may: 'read' },
  { to: '/destinations', name: 'Destinations', may: 'read' },
  { to: '/sell', name: 'Sell desk', may: 'read' },
  { to: '/inbox', name: 'Inbox', may: 'read' },
  { to: '/keys', name: 'Webhook keys', may: 'read' },
  { to: '/users', name: 'Users and plans', may: 'administer' },
  { to: '/audit', name: 'Audit log', may: 'administer' },
  { to: '/system', name: 'System', may: 'read' },
  { to: '/account', name: 'Account', may: 'own' },
] as const

export const useMe = () =>
  useQuery<Me, ApiError>({
    queryKey: ['me'],
    queryFn: () => get<Me>('/api/v1/me'),
    retry: (count, error) => error.status === 0 && count < 20,
  })

export function Shell() {
  const me = useMe()
  if (me.error) return me.error.status === 401 ? <Enter /> : <Fault error={me.error} />
  return me.data ? <Frame me={me.data} /> : null
}

function Frame({ me }: { me: Me }) {
  const [opened, { toggle, close }] = useDisclosure()
  const { pathname } = useLocation()
  const places = PLACES.filter((place) => me.may.includes(place.may))
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={700}>Signalbox</Text>
            <Live />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" size="compact-sm" visibleFrom="sm" onClick={openPalette}>
              Search … Ctrl K
            </Button>
            <Person me={me} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Screens">
        {places.map(({ to, name }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={name}
            onClick={close}
            active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
          />
        ))}
      </AppShell.Navbar>
      <Palette places={places} operates={me.may.includes('operate')} />
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  )
}

function Live() {
  const connected = useConnected()
  return (
    <Text
      size="xs"
      role="status"
      c={connected ? 'var(--mantine-color-teal-outline)' : 'var(--mantine-color-orange-outline)'}
    >
      {connected ? '● live' : '○ connecting'}
    </Text>
  )
}

function Person({ me }: { me: Me }) {
  const queries = useQueryClient()
  const { toggleColorScheme } = useMantineColorScheme()
  const logOut = async () => {
    await call('POST', '/api/v1/logout', {}).catch(() => {})
    queries.clear()
    location.assign('/')
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={`${me.name.slice(0, 2).toUpperCase()}, menu of ${me.name}`}
        >
          {me.name.slice(0, 2).toUpperCase()}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item onClick={() => toggleColorScheme()}>Light or dark</Menu.Item>
        <Menu.Item component="a" href="/docs">
          API
        </Menu.Item>
        <Menu.Item onClick={() => void logOut()}>Log out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
