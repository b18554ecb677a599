/** One destination: how it is, what it takes and how fast, what it is sent, and what it never got. */
import {
  Accordion,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call, get, useChange, type Destination as Row } from '../../api.ts'
import { Fault, Page } from '../../ui/page.tsx'
import { State } from '../../ui/state.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { DestinationActions } from './destination-actions.tsx'
import { changeFrom, valuesOf, type DestinationValues } from './destination-form.ts'
import { HealthCards } from './health.tsx'
import { TemplateEditor } from './template-editor.tsx'

export function Destination() {
  const { id } = useParams({ strict: false }) as { id: string }
  const destination = useQuery({
    queryKey: ['destinations', id],
    queryFn: () => get<Row>(`/api/v1/destinations/${id}`),
    refetchInterval: 5_000,
  })
  const { data } = destination
  return (
    <Page
      title={data?.name ?? 'Destination'}
      about={data?.url ?? 'Where signals go.'}
      error={destination.error}
      actions={data && <DestinationActions of={data} />}
    >
      {data && (
        <>
          <Group gap="xs">
            <State of={data.state} />
            <Text size="sm" c="dimmed">
              {data.state_reason}
            </Text>
          </Group>
          <HealthCards destination={data} />
          <Settings key={data.id} of={data} />
          <DeadLetters destinationId={data.id} />
        </>
      )}
    </Page>
  )
}

function Settings({ of: latest }: { of: Row }) {
  // What is edited began from this version: another's change meanwhile must not be overwritten unseen.
  const [base, setBase] = useState(latest)
  const form = useForm({ initialValues: valuesOf(base) })
  const save = useChange(
    (values: DestinationValues) =>
      call<Row>('PATCH', `/api/v1/destinations/${base.id}`, changeFrom(values), {
        'if-match': `"${base.version}"`,
      }),
    [['destinations']],
  )
  const take = (row: Row) => {
    setBase(row)
    form.setInitialValues(valuesOf(row))
    form.setValues(valuesOf(row))
    save.reset()
  }
  if (latest.version !== base.version && !form.isDirty()) take(latest)
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values, { onSuccess: take }))}>
      <Accordion variant="contained" multiple>
        <Section value="what" title="What it takes, and how fast">
          <Pace form={form} origin={base.origin} />
        </Section>
        <Section value="template" title="What it is sent: template and preview">
          <TemplateEditor
            value={form.values.template}
            onChange={(template) => form.setFieldValue('template', template)}
          />
        </Section>
      </Accordion>
      <Stack gap="xs" mt="sm">
        {save.error && <Fault error={save.error} />}
        <Group>
          <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
          {save.error?.status === 412 && (
            <Button size="xs" variant="default" onClick={() => take(latest)}>
              Take theirs, drop mine
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}

const Section = ({ value, title, children }: { value: string; title: string; children: React.ReactNode }) => (
  <Accordion.Item value={value}>
    <Accordion.Control>{title}</Accordion.Control>
    <Accordion.Panel>{children}</Accordion.Panel>
  </Accordion.Item>
)

function Pace({ form, origin }: { form: UseFormReturnType<DestinationValues>; origin: Row['origin'] }) {
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm">
        <TextInput label="Name" required {...form.getInputProps('name')} />
        {origin === 'api' && (
          <TextInput
            label="Another address"
            placeholder="https:// (empty: as it is)"
            {...form.getInputProps('url')}
          />
        )}
        <NumberInput
          label="Gives up on an answer after, in seconds"
          min={0.1}
          max={30}
          {...form.getInputProps('timeoutSec')}
        />
        <NumberInput
          label="Sends nothing older than, in seconds"
          min={1}
          max={604_800}
          {...form.getInputProps('maxAgeSec')}
        />
        <NumberInput
          label="Requests at once, per process"
          min={1}
          max={256}
          {...form.getInputProps('concurrency')}
        />
        <TextInput
          label="Tries again after, in seconds"
          placeholder="never"
          {...form.getInputProps('retrySecs')}
        />
      </SimpleGrid>
      <Limits form={form} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Textarea label="Only these tickers" placeholder="all" autosize {...form.getInputProps('tickers')} />
        <Textarea
          label="Only these strategies, one a line"
          placeholder="all"
          autosize
          {...form.getInputProps('strategies')}
        />
        <MultiSelect label="Only these sides" data={['buy', 'sell']} {...form.getInputProps('sides')} />
        <MultiSelect
          label="Only from these sources"
          data={['webhook', 'manual']}
          {...form.getInputProps('sources')}
        />
      </SimpleGrid>
      <Checkbox
        label="Also write TradersPost’s action into the default body"
        {...form.getInputProps('action', { type: 'checkbox' })}
      />
    </Stack>
  )
}

function Limits({ form }: { form: UseFormReturnType<DestinationValues> }) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        At most {form.values.limits.length === 0 && 'as many as come'}
      </Text>
      {form.values.limits.map((_, i) => (
        <Group key={i} gap="xs" wrap="nowrap">
          <NumberInput
            size="xs"
            aria-label={`Requests of limit ${i + 1}`}
            suffix=" requests"
            min={1}
            {...form.getInputProps(`limits.${i}.permits`)}
          />
          <NumberInput
            size="xs"
            aria-label={`Seconds of limit ${i + 1}`}
            prefix="in any "
            suffix=" s"
            min={1}
            {...form.getInputProps(`limits.${i}.seconds`)}
          />
          <Button size="compact-xs" variant="default" onClick={() => form.removeListItem('limits', i)}>
            Remove
          </Button>
        </Group>
      ))}
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => form.insertListItem('limits', { permits: 60, seconds: 60 })}
        >
          Add a limit
        </Button>
      </Group>
    </Stack>
  )
}
