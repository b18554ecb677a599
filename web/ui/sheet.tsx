/** A dense table: a head of words, rows of cells, and a word where there are none. */
import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { Empty } from './page.tsx'

interface SheetProps {
  /** What it lists, for those who do not see it. */
  label: string
  head: string[]
  /** Undefined until they have been read. */
  rows: { key: string; cells: ReactNode[] }[] | undefined
  /** What to do when there are none yet. */
  empty: ReactNode
}

export function Sheet({ label, head, rows, empty }: SheetProps) {
  if (rows === undefined) return <Empty>Loading …</Empty>
  if (rows.length === 0) return <Empty>{empty}</Empty>
  return (
    <Table.ScrollContainer
      minWidth={700}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={`${label}, may be scrolled`}
    >
      <Table aria-label={label} highlightOnHover verticalSpacing={6} fz="sm" tabularNums>
        <Table.Thead>
          <Table.Tr>
            {head.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, cells }) => (
            <Table.Tr key={key}>
              {cells.map((cell, i) => (
                <Table.Td key={head[i]}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
