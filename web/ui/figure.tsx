/** A number with its name and its unit. */
import { Card, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface FigureProps {
  name: string
  value: number | string
  unit: string
  /** Drawn under it. */
  children?: ReactNode
}

export const Figure = ({ name, value, unit, children }: FigureProps) => (
  <Card withBorder padding="sm">
    <Text size="sm" c="dimmed">
      {name}
    </Text>
    <Text size="xl" fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {typeof value === 'number' ? value.toLocaleString() : value}
    </Text>
    <Text size="xs" c="dimmed">
      {unit}
    </Text>
    {children}
  </Card>
)
