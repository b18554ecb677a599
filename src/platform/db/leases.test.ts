import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { acquireLease, releaseLease, renewLease } from './leases.ts'

let test: TestDatabase
beforeAll(async () => {
  test = await freshDatabase()
})
afterAll(() => test.close())

const take = (name: string, holder: string, leaseMs = 60_000) =>
  acquireLease(test.db, { name, holder, leaseMs })
const runOut = (name: string) =>
  test.db.write(`update leases set lease_until = clock_timestamp() - interval '1 ms' where name = $1`, [name])

describe('a lease', () => {
  it('goes to one of many that ask at the same time', async () => {
    const holds = await Promise.all(Array.from({ length: 8 }, (_, n) => take('crowd', `process ${n}`)))
    expect(holds.filter((hold) => hold !== null)).toHaveLength(1)
  })

  it('stays with its holder until it runs out, then goes to another with a higher fence', async () => {
    const first = await take('ranking', 'a')
    expect(await take('ranking', 'b')).toBeNull()
    await runOut('ranking')
    const second = await take('ranking', 'b')
    expect(second!.fence).toBeGreaterThan(first!.fence)
    expect(await renewLease(test.db, first!, 60_000)).toBe(false)
    expect(await renewLease(test.db, second!, 60_000)).toBe(true)
  })

  it('is not renewed once it has run out, even if nobody else took it', async () => {
    const hold = await take('late', 'a')
    await runOut('late')
    expect(await renewLease(test.db, hold!, 60_000)).toBe(false)
  })

  it('is held longer by renewing', async () => {
    const hold = await take('long', 'a', 50)
    expect(await renewLease(test.db, hold!, 60_000)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await take('long', 'b')).toBeNull()
  })

  it('is free at once when it is let go, but not when somebody who lost it lets go', async () => {
    const first = await take('free', 'a')
    await runOut('free')
    const second = await take('free', 'b')
    await releaseLease(test.db, first!)
    expect(await take('free', 'c')).toBeNull()
    await releaseLease(test.db, second!)
    expect(await take('free', 'c')).not.toBeNull()
  })

  it('is taken anew, with a new fence, by a holder that comes back under its name', async () => {
    const first = await take('again', 'a')
    const second = await take('again', 'a')
    expect(second!.fence).toBeGreaterThan(first!.fence)
  })
})
