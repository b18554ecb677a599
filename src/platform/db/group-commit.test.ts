import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sleep } from '../runtime/index.ts'
import { DatabaseUnavailable, Overloaded } from './errors.ts'
import { createGroupCommit, type GroupCommitSettings } from './group-commit.ts'

class Poison extends Error {}

const usual = {
  sizeMax: 8,
  groupsInFlight: 1,
  waitingMax: 1_000,
  deadlineMs: 5_000,
  isDataError: (error: unknown) => error instanceof Poison,
}
const group = <T, R>(
  settings: Partial<GroupCommitSettings<T, R>> & Pick<GroupCommitSettings<T, R>, 'commit'>,
) => createGroupCommit<T, R>({ ...usual, ...settings })

/** A door that a test opens: what is written waits for it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

const outcomeOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'fulfilled' ? settled.value : (settled.reason as Error).constructor

describe('a group commit', () => {
  it('writes a lone item at once and alone', async () => {
    const groups: number[][] = []
    const commit = async (items: number[]) => {
      groups.push(items)
      return items
    }
    const writer = group({ commit })
    expect(await writer.add(1)).toBe(1)
    expect(await writer.add(2)).toBe(2)
    expect(groups).toEqual([[1], [2]])
    await writer.close()
  })

  it('puts what arrives while a group is being written into the next one, up to its size', async () => {
    const groups: number[][] = []
    const { opened, open } = gate()
    const writer = group<number, number>({
      sizeMax: 3,
      commit: async (items) => {
        groups.push(items)
        if (groups.length === 1) await opened
        return items
      },
    })
    const first = writer.add(0)
    await Promise.resolve()
    const rest = [1, 2, 3, 4].map((n) => writer.add(n))
    expect(writer.depth).toBe(5)
    open()
    expect(await Promise.all([first, ...rest])).toEqual([0, 1, 2, 3, 4])
    expect(groups).toEqual([[0], [1, 2, 3], [4]])
    expect(writer.depth).toBe(0)
    await writer.close()
  })

  it('gives each item its own result, isolates every poisoned item and keeps the order', async () => {
    const items = fc.array(fc.boolean(), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        items,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        async (poisoned, sizeMax, burst) => {
          const written: number[] = []
          const writer = group<number, string>({
            sizeMax,
            commit: async (numbers) => {
              await Promise.resolve()
              if (numbers.some((n) => poisoned[n])) throw new Poison()
              written.push(...numbers)
              return numbers.map((n) => `result ${n}`)
            },
          })
          const answers: Promise<unknown>[] = []
          for (let n = 0; n < poisoned.length; n++) {
            answers.push(writer.add(n))
            if (n % burst === 0) await Promise.resolve()
          }
          const settled = await Promise.allSettled(answers)
          await writer.close()
          expect(settled.map(outcomeOf)).toEqual(poisoned.map((bad, n) => (bad ? Poison : `result ${n}`)))
          expect(written).toEqual(poisoned.flatMap((bad, n) => (bad ? [] : [n])))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('answers everything exactly once with several groups in flight', async () => {
    const writer = group<number, number>({
      groupsInFlight: 3,
      commit: async (items) => {
        await sleep(items.length % 3)
        return items.map((n) => n * 2)
      },
    })
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    expect(await Promise.all(numbers.map((n) => writer.add(n)))).toEqual(numbers.map((n) => n * 2))
    await writer.close()
  })

  it('fails a whole group when the database is at fault, saying what may have been written', async () => {
    let calls = 0
    const writer = group<number, number>({
      commit: async (items) => {
        calls += 1
        if (items.length === 4) throw new Poison()
        throw new DatabaseUnavailable('away', 'unknown')
      },
    })
    const settled = await Promise.allSettled([1, 2, 3, 4].map((n) => writer.add(n)))
    expect(settled.map((one) => (one as PromiseRejectedResult).reason.outcome)).toEqual([
      'unknown',
      'unknown',
      'none',
      'none',
    ])
    expect(settled.map(outcomeOf)).toEqual(Array(4).fill(DatabaseUnavailable))
    expect(calls).toBe(2)
    await writer.close()
  })

  it.each([
    ['throws something unforeseen', async () => Promise.reject(new TypeError('bug'))],
    ['gives too few results', async () => []],
  ])('answers DatabaseUnavailable when the commit %s', async (_, commit) => {
    const writer = group<number, number>({ commit })
    await expect(writer.add(1)).rejects.toBeInstanceOf(DatabaseUnavailable)
    await writer.close()
  })

  it('refuses what is more than may wait, and takes again when there is room', async () => {
    const { opened, open } = gate()
    const writer = group<number, number>({
      waitingMax: 2,
      commit: async (items) => {
        await opened
        return items
      },
    })
    const taken = [writer.add(1), writer.add(2)]
    await expect(writer.add(3)).rejects.toBeInstanceOf(Overloaded)
    open()
    expect(await Promise.all(taken)).toEqual([1, 2])
    expect(await writer.add(4)).toBe(4)
    await writer.close()
  })

  it('never writes what waited past its deadline, and does not know of what is being written', async () => {
    const { opened, open } = gate()
    const written: number[] = []
    const writer = group<number, number>({
      sizeMax: 1,
      deadlineMs: 40,
      commit: async (items) => {
        await opened
        written.push(...items)
        return items
      },
    })
    const settled = await Promise.allSettled([writer.add(1), writer.add(2)])
    expect(settled.map(outcomeOf)).toEqual([DatabaseUnavailable, Overloaded])
    open()
    await writer.close()
    expect(written).toEqual([1])
  })

  it('finishes what it took when it closes, and takes no more', async () => {
    const writer = group<number, number>({ commit: async (items) => (await sleep(5), items) })
    const taken = [1, 2, 3].map((n) => writer.add(n))
    const closing = writer.close()
    await expect(writer.add(4)).rejects.toBeInstanceOf(Overloaded)
    await closing
    expect(await Promise.all(taken)).toEqual([1, 2, 3])
  })

  it('takes 100,000 items a second', async () => {
    const writer = group<number, number>({ sizeMax: 256, waitingMax: 30_000, commit: async (items) => items })
    const startMs = performance.now()
    await Promise.all(Array.from({ length: 20_000 }, (_, n) => writer.add(n)))
    expect(performance.now() - startMs).toBeLessThan(200)
    await writer.close()
  })
})
