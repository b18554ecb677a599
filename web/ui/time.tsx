/** A time in the viewer's zone: short, with the exact one on hover. */
import { Tooltip } from '@mantine/core'

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const DAY_MS = 86_400_000

export function Time({ at }: { at: string | null }) {
  if (at === null) return <>never</>
  const date = new Date(at)
  const isRecent = Date.now() - date.getTime() < DAY_MS
  return (
    <Tooltip label={date.toISOString()}>
      <time dateTime={at}>{(isRecent ? clock : day).format(date)}</time>
    </Tooltip>
  )
}
