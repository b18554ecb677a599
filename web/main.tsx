/** The web app: its routes, and what all screens share. */
import { MantineProvider } from '@mantine/core'
import '@mantine/core/styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  RouterProvider,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { TakeLink } from './screens/enter.tsx'
import { Overview } from './screens/overview/overview.tsx'
import { Shell } from './shell.tsx'
import { readable, theme } from './theme.ts'
import { Fault } from './ui/page.tsx'

const root = createRootRoute({ component: Outlet })
const app = createRoute({ getParentRoute: () => root, id: 'app', component: Shell })
/** The first screen is in the first load; each other one is loaded when somebody goes there. */
const screens = {
  '/': Overview,
  '/signals': lazyRouteComponent(() => import('./screens/signals/signals.tsx'), 'Signals'),
  '/signals/$id': lazyRouteComponent(() => import('./screens/signals/signal.tsx'), 'Signal'),
  '/ranking': lazyRouteComponent(() => import('./screens/ranking/ranking.tsx'), 'Ranking'),
  '/destinations': lazyRouteComponent(
    () => import('./screens/destinations/destinations.tsx'),
    'Destinations',
  ),
  '/destinations/$id': lazyRouteComponent(
    () => import('./screens/destinations/destination.tsx'),
    'Destination',
  ),
  '/sell': lazyRouteComponent(() => import('./screens/sell-desk.tsx'), 'SellDesk'),
  '/inbox': lazyRouteComponent(() => import('./screens/inbox.tsx'), 'Inbox'),
  '/keys': lazyRouteComponent(() => import('./screens/keys/keys.tsx'), 'Keys'),
  '/keys/$id': lazyRouteComponent(() => import('./screens/keys/key.tsx'), 'Key'),
  '/reach': lazyRouteComponent(() => import('./screens/keys/reach.tsx'), 'Reach'),
  '/users': lazyRouteComponent(() => import('./screens/users.tsx'), 'Users'),
  '/audit': lazyRouteComponent(() => import('./screens/audit-log.tsx'), 'AuditLog'),
  '/system': lazyRouteComponent(() => import('./screens/system.tsx'), 'System'),
  '/account': lazyRouteComponent(() => import('./screens/account.tsx'), 'Account'),
}
const router = createRouter({
  defaultPreload: 'intent',
  defaultErrorComponent: ({ error }: ErrorComponentProps) => <Fault error={error as Error} />,
  routeTree: root.addChildren([
    createRoute({ getParentRoute: () => root, path: '/welcome', component: TakeLink }),
    app.addChildren(
      Object.entries(screens).map(([path, component]) =>
        createRoute({ getParentRoute: () => app, path, component }),
      ),
    ),
  ]),
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
