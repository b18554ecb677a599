/** The list the gate looks at: its tickers, what entered and left, and the screener it comes from. */
import { Badge, Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { call, get, useChange } from '../api.ts'
import { useLive } from '../live/use-live.ts'
import { Fault, Page } from '../ui/page.tsx'
import { State } from '../ui/state.tsx'
import { Time } from '../ui/time.tsx'

interface Ranking {
  name: string
  taken_at: string | null
  stale: boolean
  paused: boolean
  outcome: string | null
  message: string | null
  tickers: { rank: number; ticker: string }[]
  entered: string[]
  left: string[]
}

interface Config {
  url: string | null
  top_n: number
  refresh: number
}

const KEYS = [['ranking'], ['finviz'], ['status']]

export function Ranking() {
  const queries = useQueryClient()
  const ranking = useQuery({
    queryKey: ['ranking'],
    queryFn: () => get<Ranking>('/rankings/finviz'),
    refetchInterval: 5_000,
  })
  useLive('rankings.finviz', () => void queries.invalidateQueries({ queryKey: ['ranking'] }))
  const act = useChange((verb: string) => call('POST', `/finviz/${verb}`), KEYS)
  const { data } = ranking
  return (
    <Page
      title="Ranking"
      about="A signal passes when its ticker ranks high enough in this list."
      error={ranking.error ?? act.error}
      actions={
        <>
          <Button size="xs" variant="default" onClick={() => act.mutate('refresh')}>
            Refresh now
          </Button>
          <Button size="xs" variant="default" onClick={() => act.mutate(data?.paused ? 'resume' : 'pause')}>
            {data?.paused ? 'Resume' : 'Pause'}
          </Button>
        </>
      }
    >
      {data && (
        <Group gap="xs">
          <State of={data.paused ? 'paused' : data.stale ? 'stale' : (data.outcome ?? 'pending')} />
          <Text size="sm">
            Taken <Time at={data.taken_at} />. {data.message}
          </Text>
        </Group>
      )}
      <Settings />
      {data && (
        <Stack gap="xs">
          <Text size="sm">
            Entered: {data.entered.join(', ') || 'none'}. Left: {data.left.join(', ') || 'none'}.
          </Text>
          <Group gap={6} role="list" aria-label="Tickers by rank">
            {data.tickers.map(({ rank, ticker }) => (
              <Badge key={ticker} variant="default" size="lg" role="listitem" tt="none">
                {rank} {ticker}
              </Badge>
            ))}
          </Group>
        </Stack>
      )}
    </Page>
  )
}

function Settings() {
  const config = useQuery({ queryKey: ['finviz'], queryFn: () => get<Config>('/finviz/config') })
  const form = useForm({ initialValues: { url: '', top_n: 15, refresh: 10 } })
  const save = useChange(
    ({ url, ...rest }: typeof form.values) =>
      call('POST', '/finviz/config', { ...rest, ...(url !== '' && { url }) }),
    KEYS,
  )
  const { data } = config
  useEffect(() => {
    if (data !== undefined && !form.isDirty()) form.initialize({ ...data, url: data.url ?? '' })
  }, [data, form])
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values, { onSuccess: () => form.resetDirty() }))}>
      <Group gap="xs" align="flex-end">
        <TextInput label="Screener address" size="xs" w={420} maw="100%" {...form.getInputProps('url')} />
        <NumberInput label="Top N (0: gate off)" size="xs" min={0} w={140} {...form.getInputProps('top_n')} />
        <NumberInput label="Refresh, seconds" size="xs" min={1} w={140} {...form.getInputProps('refresh')} />
        <Button type="submit" size="xs" loading={save.isPending}>
          Save
        </Button>
      </Group>
      {save.error && <Fault error={save.error} />}
    </form>
  )
}
