/** What is open, and selling one of it or all. */
import { Button, Group, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, get, useChange } from '../api.ts'
import { useLive } from '../live/use-live.ts'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { State } from '../ui/state.tsx'
import { Time } from '../ui/time.tsx'

interface Open {
  ticker: string
  state: 'open' | 'unconfirmed' | 'closing'
  opened_at: string | null
  price: string | null
}

export function SellDesk() {
  const queries = useQueryClient()
  const open = useQuery({
    queryKey: ['open'],
    queryFn: () => get<{ items: Open[] }>('/sell/list'),
    refetchInterval: 5_000,
  })
  useLive('deliveries', () => void queries.invalidateQueries({ queryKey: ['open'] }))
  const [asking, asking_] = useDisclosure()
  const sellOne = useChange((ticker: string) => call('POST', '/sell/individual', { ticker }), [['open']])
  const sellAll = useChange(() => call('POST', '/sell/all', {}), [['open']])
  const items = open.data?.items
  return (
    <Page
      title="Sell desk"
      about="A ticker is open from the confirmed delivery of its BUY until that of its SELL."
      error={open.error ?? sellOne.error ?? sellAll.error}
      actions={
        <Button size="xs" color="red" disabled={!items?.length} onClick={asking_.open}>
          Sell all
        </Button>
      }
    >
      <Sheet
        label="Open tickers"
        head={['Ticker', 'State', 'Opened', 'Price', '']}
        rows={items?.map((one) => ({
          key: one.ticker,
          cells: [
            one.ticker,
            <State key="s" of={one.state} />,
            one.opened_at ? <Time key="t" at={one.opened_at} /> : '-',
            one.price ?? '-',
            <Button key="b" size="compact-xs" variant="default" onClick={() => sellOne.mutate(one.ticker)}>
              Sell
            </Button>,
          ],
        }))}
        empty="Nothing is open."
      />
      <Modal opened={asking} onClose={asking_.close} title={`Sell ${items?.length ?? 0} open tickers?`}>
        <Text size="sm" mb="md">
          One SELL for each goes to every destination, whatever the gate says.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={asking_.close}>
            Keep them
          </Button>
          <Button color="red" onClick={() => sellAll.mutate(undefined, { onSettled: asking_.close })}>
            Sell all
          </Button>
        </Group>
      </Modal>
    </Page>
  )
}
