/** The list the gate looks at: its tickers, what moved, where it comes from, and its past. */
import { Alert, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { call, useChange } from '../../api.ts'
import { useLive } from '../../live/use-live.ts'
import { Page } from '../../ui/page.tsx'
import { State } from '../../ui/state.tsx'
import { Time } from '../../ui/time.tsx'
import { RankingHistory } from './ranking-history.tsx'
import { ScreenerSettings } from './screener-settings.tsx'
import { useConfig, useHourAgo, useRanking, type Ranking as List } from './use-ranking.ts'

const POLICY = {
  reject: 'Until a list comes, the gate refuses signals that need a rank.',
  approve: 'Until a list comes, the gate lets every signal pass.',
  hold: 'Until a list comes, the gate holds signals back, and decides then.',
}

export function Ranking() {
  const queries = useQueryClient()
  const ranking = useRanking()
  const config = useConfig()
  useLive('rankings.finviz', () => void queries.invalidateQueries({ queryKey: ['ranking'] }))
  const act = useChange(
    (verb: string) => call('POST', `/finviz/${verb}`),
    [['ranking'], ['finviz'], ['status']],
  )
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
      {data && <Standing of={data} />}
      {config.data && <ScreenerSettings key={JSON.stringify(config.data)} config={config.data} />}
      {data && <Tickers of={data} topN={config.data?.top_n ?? 0} />}
      <RankingHistory />
    </Page>
  )
}

function Standing({ of }: { of: List }) {
  return (
    <>
      <Group gap="xs">
        <State of={of.paused ? 'paused' : of.stale ? 'stale' : (of.outcome ?? 'pending')} />
        <Text size="sm">
          Taken <Time at={of.taken_at} />, seen {of.age_sec === null ? 'never' : `${of.age_sec} s ago`}.{' '}
          {of.message}
        </Text>
      </Group>
      {of.stale && (
        <Alert color="orange" variant="light">
          {of.taken_at === null
            ? 'There is no list yet.'
            : `The list was not seen for more than ${of.max_age_sec} s.`}{' '}
          {POLICY[of.stale_policy]}
        </Alert>
      )}
    </>
  )
}

/** Those the gate lets pass first, the rest of the list behind them. */
function Tickers({ of: { tickers, entered, left }, topN }: { of: List; topN: number }) {
  const { data: before } = useHourAgo()
  return (
    <Stack gap="xs">
      <Text size="sm">
        Last change: entered {entered.join(', ') || 'none'}; left {left.join(', ') || 'none'}.
      </Text>
      <Group gap={6} role="list" aria-label="Tickers by rank">
        {tickers.map(({ rank, ticker }) => (
          <Badge
            key={rank}
            role="listitem"
            variant={entered.includes(ticker) ? 'outline' : 'default'}
            color="teal"
            size="lg"
            tt="none"
            opacity={topN > 0 && rank > topN ? 0.75 : 1}
          >
            {rank} {ticker} {moved(before?.get(ticker), rank, before !== undefined && before.size > 0)}
          </Badge>
        ))}
      </Group>
      <Text size="xs" c="dimmed">
        Arrows: places moved within the last hour; outlined: entered with the last change.
        {topN > 0 && ` The gate lets ranks 1 to ${topN} pass.`}
      </Text>
    </Stack>
  )
}

function moved(before: number | undefined, rank: number, isKnown: boolean): string {
  if (before === undefined) return isKnown ? 'new' : ''
  if (before === rank) return ''
  return before > rank ? `↑${before - rank}` : `↓${rank - before}`
}
