/** The screener that the list comes from: tried out before it is taken. */
import { Alert, Button, Group, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { call, useChange } from '../../api.ts'
import { Fault } from '../../ui/page.tsx'
import type { FinvizConfig, RankingPreview } from './use-ranking.ts'

const KEYS = [['ranking'], ['finviz'], ['status']]

export function ScreenerSettings({ config }: { config: FinvizConfig }) {
  const form = useForm({
    initialValues: { ...config, url: config.url ?? '' },
    validate: {
      url: (text) =>
        text === '' || URL.canParse(text)
          ? null
          : 'An address such as https://finviz.com/screener.ashx?v=111',
      top_n: (n) => (Number.isInteger(n) && n >= 0 ? null : 'A whole number; 0 turns the gate off'),
      refresh: (sec) => (Number.isInteger(sec) && sec >= 1 ? null : 'Whole seconds, one or more'),
    },
  })
  const save = useChange(
    ({ url, ...rest }: typeof form.values) =>
      call('POST', '/finviz/config', { ...rest, ...(url !== '' && url !== config.url && { url }) }),
    KEYS,
  )
  const preview = useChange((url: string) => call<RankingPreview>('POST', '/finviz/preview', { url }), [])
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end">
          <TextInput label="Screener address" size="xs" w={420} maw="100%" {...form.getInputProps('url')} />
          <NumberInput
            label="Top N (0: gate off)"
            size="xs"
            min={0}
            w={140}
            {...form.getInputProps('top_n')}
          />
          <NumberInput
            label="Refresh, seconds"
            size="xs"
            min={1}
            w={140}
            {...form.getInputProps('refresh')}
          />
        </Group>
        <Group gap="xs" align="flex-end">
          <Switch
            size="xs"
            label="Decide again when a refused ticker enters the list"
            {...form.getInputProps('reprocess_enabled', { type: 'checkbox' })}
          />
          <NumberInput
            label="within, seconds"
            size="xs"
            min={1}
            w={140}
            disabled={!form.values.reprocess_enabled}
            {...form.getInputProps('reprocess_window_seconds')}
          />
        </Group>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            loading={preview.isPending}
            disabled={!URL.canParse(form.values.url)}
            onClick={() => preview.mutate(form.values.url)}
          >
            Preview
          </Button>
          <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
        {(save.error ?? preview.error) && <Fault error={(save.error ?? preview.error)!} />}
        {preview.data && <Found of={preview.data} />}
      </Stack>
    </form>
  )
}

function Found({ of }: { of: RankingPreview }) {
  if (!of.ok)
    return (
      <Alert color="orange" variant="light" role="status">
        {of.message}
      </Alert>
    )
  return (
    <Alert
      color="blue"
      variant="light"
      role="status"
      title={`${of.tickers.length} tickers would be in force`}
    >
      <Text size="sm">{of.tickers.map(({ ticker }) => ticker).join(', ')}</Text>
      <Text size="sm">
        Would enter: {of.entered.join(', ') || 'none'}. Would leave: {of.left.join(', ') || 'none'}.
      </Text>
    </Alert>
  )
}
