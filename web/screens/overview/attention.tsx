/** What somebody should look at, and where; nothing when all is well. */
import { Alert, Anchor, Stack } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Destination } from '../../api.ts'
import { useDead, type Status } from './use-overview.ts'

/** On a coloured ground a link is told by its line, not by its colour. */
export const Go = ({ to, children }: { to: string; children: string }) => (
  <Anchor component={Link} to={to} c="inherit" underline="always" size="sm">
    {children}
  </Anchor>
)

export function Attention({ status, destinations }: { status: Status; destinations: Destination[] }) {
  const dead = useDead().data?.items.length ?? 0
  const { stale, tickers, outcome } = status.ranking
  const { queue } = status
  const notes = [
    queue.size > queue.max * 0.8 && (
      <>
        The queue is {Math.round((queue.size / queue.max) * 100)} % full: at its end, senders are told to come
        back later.
      </>
    ),
    stale && tickers.length > 0 && (
      <>
        The ranking is stale ({outcome ?? 'never read'}). <Go to="/ranking">Look</Go>
      </>
    ),
    dead > 0 && (
      <>
        {dead === 50 ? '50 deliveries or more' : `${dead} ${dead === 1 ? 'delivery' : 'deliveries'}`} ended
        undelivered. <Go to="/destinations">Look at them</Go>
      </>
    ),
    destinations.length === 0 && (
      <>
        There is no destination yet. <Go to="/destinations">Make one</Go>
      </>
    ),
    ...destinations
      .filter((one) => one.state !== 'active' || one.circuit === 'open')
      .map((one) => (
        <>
          {one.name} is {one.circuit === 'open' ? 'not answering' : one.state}.{' '}
          <Go to={`/destinations/${one.id}`}>Look</Go>
        </>
      )),
  ].filter(Boolean)
  return (
    <Stack gap="xs">
      {status.demo && (
        <Alert color="blue" variant="light">
          Demo: market, senders and inbox are simulated. Set DEST_WEBHOOK_URL or FINVIZ_URL, or DEMO=off, to
          begin for real.
        </Alert>
      )}
      {notes.length > 0 && (
        <Alert color="orange" variant="light" title="Needs attention">
          {notes.map((note, i) => (
            <div key={i}>{note}</div>
          ))}
        </Alert>
      )}
    </Stack>
  )
}
