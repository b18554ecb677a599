/** A template with what it would send at once, or what is wrong with it and where. */
import { Button, Code, Group, Select, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import type { z } from 'zod'
import type { templatePreview } from '../../../src/signals/destinations/contract.ts'
import { call } from '../../api.ts'
import { Fault } from '../../ui/page.tsx'

/** Bodies that receivers want (their own documentation; ../shared formats.md). */
const PRESETS: Record<string, string> = {
  TradersPost: '{"ticker":"{{ticker}}","action":"{{action}}","price":{{price}},"time":"{{time}}"}',
  Discord: '{"content":"{{side}} {{ticker}} at {{price}}"}',
  Slack: '{"text":"{{side}} {{ticker}} at {{price}}"}',
  'Plain text': '{{side}} {{ticker}} {{price}}',
}
const SETTLE_MS = 250

interface TemplateEditorProps {
  /** Empty: the default body. */
  value: string
  onChange(template: string): void
}

export function TemplateEditor({ value, onChange }: TemplateEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [asked] = useDebouncedValue(value, SETTLE_MS)
  const preview = useQuery({
    queryKey: ['template-preview', asked],
    queryFn: () =>
      call<z.infer<typeof templatePreview>>(
        'POST',
        '/api/v1/destinations/preview',
        asked.trim() === '' ? {} : { template: asked },
      ),
    retry: false,
    placeholderData: keepPreviousData,
  })
  const insert = (name: string) => {
    const [start, end] = [
      field.current?.selectionStart ?? value.length,
      field.current?.selectionEnd ?? value.length,
    ]
    onChange(`${value.slice(0, start)}{{${name}}}${value.slice(end)}`)
    field.current?.focus()
  }
  const { data } = preview
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack gap="xs">
        <Select
          size="xs"
          label="Begin with"
          placeholder="a body that a receiver wants"
          data={Object.keys(PRESETS)}
          value={null}
          onChange={(name) => name !== null && onChange(PRESETS[name]!)}
        />
        <Textarea
          ref={field}
          label="Template"
          description="Empty: the default body"
          autosize
          minRows={5}
          maxRows={20}
          spellCheck={false}
          styles={{ input: { fontFamily: 'monospace' } }}
          error={data?.ok === false ? data.message : undefined}
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
        <Group gap={4} aria-label="Fields to put in" role="group">
          {data?.fields.map((name) => (
            <Button key={name} size="compact-xs" variant="default" onClick={() => insert(name)}>
              {name}
            </Button>
          ))}
        </Group>
      </Stack>
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          What would be sent
        </Text>
        {preview.error && <Fault error={preview.error} />}
        <div role="status" aria-label="What would be sent">
          {data?.ok && <Code block>{pretty(data.body ?? '')}</Code>}
        </div>
      </Stack>
    </SimpleGrid>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
