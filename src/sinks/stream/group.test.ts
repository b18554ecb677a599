import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroup, type Group, type Position } from './group.ts'

const open = (eventsMax = 10, ageMsMax = 1_000) =>
  createGroup({ epoch: 'e', offset: 0 }, { eventsMax, ageMsMax })
const append = (group: Group, atMs: number) =>
  group.append({ offset: group.offset + 1, atMs, frame: Buffer.from('x') })
const offsets = (events: readonly { offset: number }[] | null) => events?.map((one) => one.offset) ?? null

describe('a group', () => {
  it('gives whoever comes back exactly what it missed, in order, or says that it cannot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 80 }),
        fc.integer({ min: 0, max: 90 }),
        (pausesMs, from) => {
          const group = open()
          const times: number[] = []
          let nowMs = 0
          for (const pauseMs of pausesMs) {
            nowMs += pauseMs
            times.push(nowMs)
            append(group, nowMs)
          }
          const missed = offsets(group.since({ epoch: 'e', offset: from }))
          const wanted = Array.from({ length: Math.max(0, times.length - from) }, (_, i) => from + 1 + i)
          if (from > times.length) expect(missed).toBeNull()
          else if (missed !== null) expect(missed).toEqual(wanted)
          else expect(wanted.length > 10 || times[wanted[0]! - 1]! < times.at(-1)! - 1_000).toBe(true)
        },
      ),
    )
  })

  it('knows nothing of another numbering', () => {
    const group = open()
    append(group, 0)
    const positions: Position[] = [
      { epoch: 'other', offset: 0 },
      { epoch: 'e', offset: 2 },
    ]
    for (const position of positions) expect(group.since(position)).toBeNull()
  })

  it('keeps no more than its history, however long it runs', () => {
    const group = open(100)
    for (let i = 0; i < 10_000; i++) append(group, i)
    expect(offsets(group.since({ epoch: 'e', offset: 9_900 }))).toHaveLength(100)
    expect(group.since({ epoch: 'e', offset: 9_899 })).toBeNull()
  })
})
