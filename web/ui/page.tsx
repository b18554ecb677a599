/** The frame of a screen: its title, what can be done, and what went wrong. */
import { Alert, Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface PageProps {
  title: string
  /** One line that teaches what this is for. */
  about: string
  actions?: ReactNode
  error?: Error | null
  children: ReactNode
}

export function Page({ title, about, actions, error, children }: PageProps) {
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h3">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        <Group gap="xs">{actions}</Group>
      </Group>
      {error && <Fault error={error} />}
      {children}
    </Stack>
  )
}

export const Fault = ({ error }: { error: Error }) => (
  <Alert color="red" variant="light" role="alert">
    {error.message}
  </Alert>
)

export const Empty = ({ children }: { children: ReactNode }) => (
  <Text c="dimmed" ta="center" py="xl">
    {children}
  </Text>
)
