/** Who changed what, from where. */
import { Button, Code } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { get, type AuditEntry, type Page as Rows } from '../api.ts'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { Time } from '../ui/time.tsx'

export function AuditLog() {
  const log = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) =>
      get<Rows<AuditEntry>>(`/api/v1/audit-log?limit=100${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  })
  return (
    <Page title="Audit log" about="Every change, by whom, from where; secrets are masked." error={log.error}>
      <Sheet
        label="Audit log"
        head={['Time', 'Who', 'From', 'What', 'On', 'After']}
        rows={log.data?.pages
          .flatMap((page) => page.items)
          .map((one) => ({
            key: one.id,
            cells: [
              <Time key="t" at={one.at} />,
              one.actor,
              one.address,
              one.action,
              one.subject,
              one.after === null ? (
                ''
              ) : (
                <Code key="a" style={{ overflowWrap: 'anywhere' }}>
                  {JSON.stringify(one.after)}
                </Code>
              ),
            ],
          }))}
        empty="Nothing was changed yet."
      />
      {log.hasNextPage && (
        <Button variant="subtle" onClick={() => void log.fetchNextPage()}>
          Older entries
        </Button>
      )}
    </Page>
  )
}
