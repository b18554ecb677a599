/** What to look for among signals: words, and one field for each thing they can be told apart by. */
import { Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { DELIVERY_STATES } from '../../../src/signals/outbox/delivery.ts'
import { DECISION_REASONS, DECISIONS } from '../../../src/signals/signal.ts'
import { get, type Destination } from '../../api.ts'
import { isEmpty, type SignalFilter } from './filter.ts'

type FieldName = keyof SignalFilter

interface FilterBarProps {
  filter: SignalFilter
  /** An undefined field is asked for no longer. */
  onChange(change: Partial<Record<FieldName, string | undefined>>): void
}

export function FilterBar({ filter, onChange }: FilterBarProps) {
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: () => get<{ items: Destination[] }>('/api/v1/destinations'),
  })
  const choice = (name: FieldName, label: string, data: (string | { value: string; label: string })[]) => (
    <Select
      aria-label={label}
      placeholder={label}
      size="xs"
      w={label.length > 8 ? 150 : 120}
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}`, tabIndex: 0 }}
      data={data}
      value={filter[name] ?? null}
      onChange={(value) => onChange({ [name]: value ?? undefined })}
    />
  )
  const words = (name: FieldName, label: string, more: object = {}) => (
    <Words
      label={label}
      value={filter[name] ?? ''}
      onSettle={(text) => onChange({ [name]: text || undefined })}
      {...more}
    />
  )
  const time = (name: 'since' | 'until', label: string) => (
    <TextInput
      aria-label={label}
      type="datetime-local"
      size="xs"
      w={185}
      leftSection={<Text size="xs">{label}</Text>}
      leftSectionWidth={42}
      value={localOf(filter[name])}
      onChange={({ currentTarget }) => onChange({ [name]: isoOf(currentTarget.value) })}
    />
  )
  return (
    <Group gap="xs" role="search" aria-label="Filters of signals">
      {words('q', 'Search', { wide: true })}
      {words('ticker', 'Ticker', { upper: true })}
      {choice('side', 'Side', ['buy', 'sell'])}
      {choice('decision', 'Decision', [...DECISIONS])}
      {choice(
        'reason',
        'Why',
        Object.entries(DECISION_REASONS).map(([value, label]) => ({ value, label })),
      )}
      {choice('source', 'Source', ['webhook', 'manual'])}
      {choice(
        'destination',
        'Destination',
        (destinations.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
      )}
      {choice('state', 'Delivery', [...DELIVERY_STATES])}
      {time('since', 'From')}
      {time('until', 'To')}
      {!isEmpty(filter) && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => onChange(Object.fromEntries(Object.keys(filter).map((name) => [name, undefined])))}
        >
          All signals
        </Button>
      )}
    </Group>
  )
}

const SETTLE_MS = 250

interface WordsProps {
  label: string
  value: string
  upper?: boolean
  wide?: boolean
  onSettle(text: string): void
}

/** Text that counts once typing has paused. */
function Words({ label, value, upper = false, wide = false, onSettle }: WordsProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const settle = useDebouncedCallback(onSettle, SETTLE_MS)
  return (
    <TextInput
      aria-label={label}
      placeholder={wide ? 'Search words … (press /)' : label}
      type="search"
      size="xs"
      w={wide ? 220 : 110}
      data-search={wide || undefined}
      value={text}
      onChange={({ currentTarget }) => {
        const next = upper ? currentTarget.value.toUpperCase() : currentTarget.value
        setText(next)
        settle(next.trim())
      }}
    />
  )
}

const isoOf = (local: string) => (local === '' ? undefined : new Date(local).toISOString())

/** What a `datetime-local` field takes: the viewer's own time to the minute. */
function localOf(iso: string | undefined): string {
  const at = new Date(iso ?? '')
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
