import { expect, test } from 'vitest'
import type { Delivery } from './delivery.ts'
import { createLaneInbox } from './lane-inbox.ts'
import type { FetchedLane } from './store.ts'

const DESTINATION = '01890000-0000-7000-8000-000000000001'

const row = (seq: number): Delivery => ({
  seq,
  signalId: `01890000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
  destinationId: DESTINATION,
  ticker: 'AAPL',
  side: 'buy',
  body: '{}',
  attempts: 0,
  dueAtMs: 0,
  maxAgeAtMs: 60_000,
  forced: false,
})

const lane = (puts: number, ...seqs: number[]): FetchedLane => ({
  destinationId: DESTINATION,
  ticker: 'AAPL',
  puts,
  deliveries: seqs.map(row),
})

const seqsOf = ({ queue }: { queue: Delivery[] }) => queue.map(({ seq }) => seq)

test('a row whose result is committed while the lane is being read is not sent again', async () => {
  const inbox = createLaneInbox()
  const uncommitted = new Map([[1, null]])
  await inbox.catchUp(async () => {
    const seen = lane(2, 1, 2)
    uncommitted.delete(1)
    return seen
  }, uncommitted)
  expect(seqsOf(inbox)).toEqual([2])
})

test('rows are taken from memory as long as nothing was put in between', async () => {
  const inbox = createLaneInbox()
  await inbox.catchUp(async () => lane(3), new Map())
  inbox.offer(4, [row(7)])
  inbox.offer(5, [row(8)])
  expect(seqsOf(inbox)).toEqual([7, 8])
  expect(inbox.behind).toBe(false)
})

test('a gap in the count of puts sends the lane back to the database', async () => {
  const inbox = createLaneInbox()
  await inbox.catchUp(async () => lane(3), new Map())
  inbox.offer(5, [row(8)])
  expect(seqsOf(inbox)).toEqual([])
  expect(inbox.behind).toBe(true)
})

test('what is offered while the lane is being read is looked for again', async () => {
  const inbox = createLaneInbox()
  await inbox.catchUp(async () => {
    inbox.offer(4, [row(7)])
    return lane(3)
  }, new Map())
  expect(inbox.behind).toBe(true)
})
