import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { createLogger } from '../runtime/index.ts'
import { bumpVersion, createVersionWatch, type VersionWatch } from './versions.ts'

const log = createLogger({ level: 'silent', format: 'json' })

let test: TestDatabase
let watch: VersionWatch
beforeAll(async () => {
  test = await freshDatabase()
})
afterAll(() => test.close())
beforeEach(() => {
  // So slow that only `poke` looks.
  watch = createVersionWatch(test.db, log, 3_600_000)
})
afterEach(() => watch.stop())

const bump = (name: string) => test.db.transaction((tx) => bumpVersion(tx, name))

describe('a version watch', () => {
  it('calls at the first look and then after each change of its own name', async () => {
    let calls = 0
    watch.watch('keys', () => void (calls += 1))
    await watch.poke()
    expect(calls).toBe(1)
    await watch.poke()
    await bump('others')
    await watch.poke()
    expect(calls).toBe(1)
    await bump('keys')
    await watch.poke()
    expect(calls).toBe(2)
  })

  it('takes several changes between two looks for one', async () => {
    let calls = 0
    watch.watch('keys', () => void (calls += 1))
    await watch.poke()
    await bump('keys')
    await bump('keys')
    await watch.poke()
    expect(calls).toBe(2)
  })

  it('calls again at the next look when taking over has failed, and does not hold up other names', async () => {
    const calls: string[] = []
    watch.watch('keys', () => {
      calls.push('keys')
      if (calls.length === 1) throw new Error('not now')
    })
    watch.watch('rankings', () => void calls.push('rankings'))
    await watch.poke()
    await watch.poke()
    await watch.poke()
    expect(calls).toEqual(['keys', 'rankings', 'keys'])
  })

  it('looks by itself', async () => {
    const quick = createVersionWatch(test.db, log, 20)
    let calls = 0
    quick.watch('quick', () => void (calls += 1))
    await expect.poll(() => calls).toBe(1)
    await bump('quick')
    await expect.poll(() => calls).toBe(2)
    await quick.stop()
  })

  it('does not see a change that was rolled back', async () => {
    let calls = 0
    watch.watch('keys', () => void (calls += 1))
    await watch.poke()
    const work = test.db.transaction(async (tx) => {
      await bumpVersion(tx, 'keys')
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    await watch.poke()
    expect(calls).toBe(1)
  })
})
