/** What arrived at the built-in receiver, with its signature checked: the far end of the demo. */
import { Code } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'
import { useLive } from '../live/use-live.ts'
import { Page } from '../ui/page.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { Time } from '../ui/time.tsx'

interface Message {
  id: string
  received_at: string
  verified: boolean
  repeated: boolean
  body: string
}

export function Inbox() {
  const inbox = useQuery({
    queryKey: ['inbox'],
    queryFn: () => get<{ items: Message[] }>('/api/v1/inbox?limit=100'),
    refetchInterval: 10_000,
  })
  useLive('deliveries', () => void inbox.refetch())
  return (
    <Page
      title="Inbox"
      about="The built-in receiver: what a destination of yours would have got."
      error={inbox.error}
    >
      <Sheet
        label="Inbox"
        head={['Arrived', 'Signature', 'Repeat', 'Body']}
        rows={inbox.data?.items.map((one) => ({
          key: one.id,
          cells: [
            <Time key="t" at={one.received_at} />,
            one.verified ? 'right' : 'wrong',
            one.repeated ? 'yes' : 'no',
            <Code key="b" style={{ overflowWrap: 'anywhere' }}>
              {one.body}
            </Code>,
          ],
        }))}
        empty="Nothing has arrived. In the demo, approved signals come here."
      />
    </Page>
  )
}
