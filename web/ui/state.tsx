/** A state as a word with a colour: the word says it, the colour finds it. */
import { Badge } from '@mantine/core'

const COLOURS: Record<string, string> = {
  approved: 'teal',
  delivered: 'teal',
  active: 'teal',
  ok: 'teal',
  buy: 'blue',
  sell: 'orange',
  pending: 'yellow',
  held: 'yellow',
  paused: 'yellow',
  stale: 'orange',
  expired: 'orange',
  rejected: 'gray',
  dead: 'red',
  'not answering': 'red',
  disabled: 'red',
  failed: 'red',
}

export const State = ({ of }: { of: string }) => (
  <Badge variant="outline" size="sm" color={COLOURS[of] ?? 'gray'}>
    {of}
  </Badge>
)
