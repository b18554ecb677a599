/** One webhook key: from where it takes, how its bodies are read, and what came of them. */
import {
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useParams } from '@tanstack/react-router'
import { call, useChange } from '../../api.ts'
import { Fault, Page } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { FieldMapEditor } from './field-map-editor.tsx'
import { Waiting } from './keys.tsx'
import { optionsFrom, valuesOf } from './key-form.ts'
import { RefusedPayloads } from './refused.tsx'
import { Snippets } from './snippets.tsx'
import { useKey, type WebhookKey } from './use-keys.ts'

export function Key() {
  const { id } = useParams({ strict: false }) as { id: string }
  const key = useKey(id)
  const { data } = key
  return (
    <Page
      title={data?.name ?? 'Webhook key'}
      about={data ? `${data.token}${data.revoked_at ? ', revoked' : ''}` : 'One sender.'}
      error={key.error}
    >
      {data && (
        <>
          <Group gap="lg">
            <Waiting heard={data.last_used_at !== null} />
            <Text size="sm">
              Last used: <Time at={data.last_used_at} />
            </Text>
          </Group>
          {data.revoked_at === null && <Options key={data.id} of={data} />}
          <Snippets url={`${location.origin}/hooks/<the token of this key>`} />
          <RefusedPayloads keyId={id} />
        </>
      )}
    </Page>
  )
}

function Options({ of: key }: { of: WebhookKey }) {
  const form = useForm({ initialValues: valuesOf(key) })
  const save = useChange(
    (values: typeof form.values) =>
      call('PUT', `/api/v1/webhook-keys/${key.id}`, { name: values.name, options: optionsFrom(values) }),
    [['keys']],
  )
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values, { onSuccess: () => form.resetDirty() }))}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
          <TextInput label="Name" required {...form.getInputProps('name')} />
          <Select
            label="Side of alerts that name none"
            placeholder="refuse them"
            clearable
            clearButtonProps={{ 'aria-label': 'No default side', tabIndex: 0 }}
            data={['buy', 'sell']}
            {...form.getInputProps('defaultSide')}
          />
          <NumberInput
            label="Requests a minute, at most"
            placeholder="any number"
            min={1}
            {...form.getInputProps('perMinute')}
          />
          <NumberInput
            label="Refuse what is older on arrival than, in seconds"
            placeholder="any age"
            min={1}
            max={86_400}
            {...form.getInputProps('maxLagSec')}
          />
          <NumberInput
            label="An equal alert is a repeat for, in seconds"
            description="0: never; else 20 or more"
            placeholder="60 with a time in it, 30 without"
            min={0}
            max={86_400}
            {...form.getInputProps('repeatWindowSec')}
          />
          <Stack gap={4}>
            <Textarea
              label="Networks it takes from"
              description="One a line, such as 203.0.113.0/24"
              placeholder="anywhere"
              autosize
              minRows={1}
              {...form.getInputProps('networks')}
            />
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => form.setFieldValue('networks', 'tradingview')}
            >
              Only TradingView’s addresses
            </Button>
          </Stack>
        </SimpleGrid>
        <FieldMapEditor form={form} />
        {save.error && <Fault error={save.error} />}
        <Group>
          <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          {save.isSuccess && !form.isDirty() && (
            <Text size="sm" role="status">
              Saved: it counts from the next alert.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  )
}
