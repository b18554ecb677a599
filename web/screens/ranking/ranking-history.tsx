/** The past of the list: its changes, and when one ticker was in it. */
import { Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { Empty, Fault } from '../../ui/page.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { Time } from '../../ui/time.tsx'
import { useHistory, useStays } from './use-ranking.ts'

export function RankingHistory() {
  const [ticker, setTicker] = useState('')
  const [asked] = useDebouncedValue(ticker, 250)
  return (
    <Stack gap="xs">
      <Text fw={600}>History</Text>
      <TextInput
        label="When was this ticker in the list?"
        placeholder="AAPL"
        size="xs"
        w={220}
        value={ticker}
        onChange={({ currentTarget }) => setTicker(currentTarget.value.trim().toUpperCase())}
      />
      {asked === '' ? <Changes /> : <Stays ticker={asked} />}
    </Stack>
  )
}

function Changes() {
  const history = useHistory()
  if (history.error) return <Fault error={history.error} />
  return (
    <Sheet
      label="Changes of the list"
      head={['Taken', 'Same until', 'Entered', 'Left', 'Tickers']}
      rows={history.data?.items.map((one) => ({
        key: one.id,
        cells: [
          <Time key="t" at={one.taken_at} />,
          <Time key="u" at={one.last_seen_at} />,
          one.entered.join(', ') || '-',
          one.left.join(', ') || '-',
          one.tickers.length,
        ],
      }))}
      empty="No list was taken yet."
    />
  )
}

function Stays({ ticker }: { ticker: string }) {
  const stays = useStays(ticker)
  if (stays.error) return <Fault error={stays.error} />
  if (stays.data?.items.length === 0)
    return <Empty>{ticker} was not in the list, as far as it is kept.</Empty>
  return (
    <Sheet
      label={`Stays of ${ticker}`}
      head={['From', 'To', 'Rank when it entered']}
      rows={stays.data?.items.map((one) => ({
        key: `${one.from} ${one.to}`,
        cells: [
          one.from === null ? 'before what is kept' : <Time key="f" at={one.from} />,
          one.to === null ? 'now' : <Time key="t" at={one.to} />,
          one.rank ?? '-',
        ],
      }))}
      empty=""
    />
  )
}
