/** The web app: its routes, and what all screens share. */
import { Code, createTheme, MantineProvider, Modal, type CSSVariablesResolver } from '@mantine/core'
import '@mantine/core/styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { Account } from './screens/account.tsx'
import { AuditLog } from './screens/audit-log.tsx'
import { Destinations } from './screens/destinations.tsx'
import { TakeLink } from './screens/enter.tsx'
import { Inbox } from './screens/inbox.tsx'
import { Key } from './screens/keys/key.tsx'
import { Keys } from './screens/keys/keys.tsx'
import { Reach } from './screens/keys/reach.tsx'
import { Overview } from './screens/overview.tsx'
import { Ranking } from './screens/ranking.tsx'
import { SellDesk } from './screens/sell-desk.tsx'
import { Signal } from './screens/signals/signal.tsx'
import { Signals } from './screens/signals/signals.tsx'
import { System } from './screens/system.tsx'
import { Users } from './screens/users.tsx'
import { Shell, useMe } from './shell.tsx'

function OwnAccount() {
  const { data } = useMe()
  return data ? <Account me={data} /> : null
}

const root = createRootRoute({ component: Outlet })
const app = createRoute({ getParentRoute: () => root, id: 'app', component: Shell })
const screens = {
  '/': Overview,
  '/signals': Signals,
  '/signals/$id': Signal,
  '/ranking': Ranking,
  '/destinations': Destinations,
  '/sell': SellDesk,
  '/inbox': Inbox,
  '/keys': Keys,
  '/keys/$id': Key,
  '/reach': Reach,
  '/users': Users,
  '/audit': AuditLog,
  '/system': System,
  '/account': OwnAccount,
}
const router = createRouter({
  routeTree: root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/welcome', component: TakeLink }),
    app.addChildren(
      Object.entries(screens).map(([path, component]) =>
        createRoute({ getParentRoute: () => app, path, component }),
      ),
    ),
  ]),
})

const theme = createTheme({
  defaultRadius: 'sm',
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 9 },
  components: {
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    // Broken rather than scrolled: what scrolls must be reached by keyboard.
    Code: Code.extend({ styles: { root: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } } }),
  },
})
const COLOURS = ['teal', 'blue', 'orange', 'yellow', 'gray', 'red']
const inkOf = (shade: number) =>
  Object.fromEntries(
    COLOURS.flatMap((colour) =>
      ['outline', 'light-color'].map((use) => [
        `--mantine-color-${colour}-${use}`,
        `color-mix(in srgb, var(--mantine-color-${colour}-${shade}), var(--mantine-color-text) 35%)`,
      ]),
    ),
  )
/** Text in colours and dimmed text that can still be read: 4.5:1 on either ground (WCAG AA). */
const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...inkOf(9),
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    ...inkOf(3),
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
})
const queries = new QueryClient({ defaultOptions: { queries: { retry: 2 } } })
/** The content policy lets in only styles that carry this page's own number. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
// What locks the page behind a dialog looks for the number here (npm: get-nonce).
Object.assign(globalThis, { __webpack_nonce__: nonce })

createRoot(document.querySelector('#app')!).render(
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    cssVariablesResolver={readable}
    getStyleNonce={() => nonce}
  >
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
)
