/** Where in an odd body things stand, with what it would be read as at once. */
import { Accordion, Code, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api.ts'
import { Fault } from '../../ui/page.tsx'
import { MAPPED, optionsFrom, type KeyValues } from './key-form.ts'
import type { KeyPreview } from './use-keys.ts'

const EXAMPLE = '{"msg":{"sym":"AAPL","dir":1},"px":"150.25"}'
const SETTLE_MS = 300

export function FieldMapEditor({ form }: { form: UseFormReturnType<KeyValues> }) {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="map">
        <Accordion.Control>Bodies in words of their own: field map and preview</Accordion.Control>
        <Accordion.Panel>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Stack gap="xs">
              <Text size="sm" c="dimmed">
                Where each thing stands: <code>msg.sym</code>, <code>alerts[0].labels.symbol</code>. What has
                neither a place nor a fixed text is found as usual.
              </Text>
              {MAPPED.map((name) => (
                <SimpleGrid key={name} cols={2} spacing="xs">
                  <TextInput
                    size="xs"
                    label={`${name}, its place`}
                    {...form.getInputProps(`paths.${name}`)}
                  />
                  <TextInput
                    size="xs"
                    label={`or always`}
                    aria-label={`${name}, or always`}
                    {...form.getInputProps(`constants.${name}`)}
                  />
                </SimpleGrid>
              ))}
              <Textarea
                size="xs"
                label="What words mean for the side"
                description="One a line: 1 = buy"
                autosize
                minRows={2}
                {...form.getInputProps('sides')}
              />
            </Stack>
            <Preview values={form.values} />
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

function Preview({ values }: { values: KeyValues }) {
  const [body, setBody] = useState('')
  const [asked] = useDebouncedValue({ body, options: optionsFrom(values) }, SETTLE_MS)
  const preview = useQuery({
    queryKey: ['key-preview', asked],
    queryFn: () => call<KeyPreview>('POST', '/api/v1/webhook-keys/preview', asked),
    enabled: asked.body.trim() !== '',
    retry: false,
    placeholderData: keepPreviousData,
  })
  return (
    <Stack gap="xs">
      <Textarea
        label="A body as your sender sends it"
        placeholder={EXAMPLE}
        autosize
        minRows={5}
        maxRows={16}
        styles={{ input: { fontFamily: 'monospace' } }}
        value={body}
        onChange={({ currentTarget }) => setBody(currentTarget.value)}
      />
      {preview.error && <Fault error={preview.error} />}
      <div role="status" aria-label="What it would be read as">
        {preview.data && <Read of={preview.data} />}
      </div>
    </Stack>
  )
}

function Read({ of }: { of: KeyPreview }) {
  if (of.outcome === 'refused')
    return (
      <Text size="sm" c="var(--mantine-color-orange-outline)">
        Refused{of.field ? ` (${of.field})` : ''}: {of.message}
      </Text>
    )
  return (
    <Stack gap="xs">
      {of.credentials > 0 && (
        <Text size="sm" c="dimmed">
          A credential was found in it, and is taken out.
        </Text>
      )}
      {(of.items ?? []).map((item, i) =>
        item.ok ? (
          <Code block key={i}>
            {linesOf(item.draft)}
          </Code>
        ) : (
          <Text key={i} size="sm" c="var(--mantine-color-orange-outline)">
            {item.field ? `${item.field}: ` : ''}
            {item.message}
          </Text>
        ),
      )}
    </Stack>
  )
}

const linesOf = (draft: Record<string, unknown>) =>
  Object.entries(draft)
    .filter(([name]) => name !== 'body')
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n')
