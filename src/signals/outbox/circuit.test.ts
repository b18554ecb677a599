import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type TestDatabase } from '../../../test/database.ts'
import { uuidv7 } from '../../platform/runtime/index.ts'
import { afterAttempt, createCircuits, hasFailedForADay, type CircuitState } from './circuit.ts'

const CLOSED: CircuitState = { failures: 0, notBeforeMs: 0, failingSinceMs: null }
const HOUR_MS = 3_600_000

let database: TestDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.close())

const circuits = () =>
  createCircuits(database.db, (error) => {
    throw error as Error
  })

describe('a circuit', () => {
  it('opens after five failures in a row, for longer each time, at most a minute', () => {
    let state = CLOSED
    const waits = Array.from({ length: 14 }, () => {
      state = afterAttempt(state, { failed: true }, 1_000_000)
      return Math.max(0, state.notBeforeMs - 1_000_000)
    })
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000])
    expect(waits.at(-1)).toBe(60_000)
  })

  it('is closed by one success, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (failures) => {
        const state = failures.reduce((s, failed, i) => afterAttempt(s, { failed }, i), CLOSED)
        expect(afterAttempt(state, { failed: false }, 99)).toEqual(CLOSED)
      }),
    )
  })

  it('never sends before the receiver wishes', () => {
    expect(afterAttempt(CLOSED, { failed: true, retryAfterMs: 7_000 }, 1_000).notBeforeMs).toBe(8_000)
  })

  it('says after a day of nothing but failures that it is enough, and not before', () => {
    let state = CLOSED
    for (let hour = 0; hour <= 24; hour++) state = afterAttempt(state, { failed: true }, hour * HOUR_MS)
    expect(hasFailedForADay(state, 24 * HOUR_MS)).toBe(true)
    expect(hasFailedForADay(state, 24 * HOUR_MS - 1)).toBe(false)
    expect(hasFailedForADay(afterAttempt(state, { failed: false }, 0), 24 * HOUR_MS)).toBe(false)
  })
})

describe('circuits of several processes', () => {
  it('learn from each other that one is open', async () => {
    const id = uuidv7(1)
    const [mine, theirs] = [circuits(), circuits()]
    for (let i = 0; i < 5; i++) mine.note(id, { failed: true }, Date.now() + 60_000)
    await expect
      .poll(async () => {
        await theirs.refresh()
        return theirs.name(id, Date.now())
      })
      .toBe('open')
  })

  it('go on counting failures across looks at the database, after an earlier recovery too', async () => {
    const id = uuidv7(2)
    const mine = circuits()
    for (let i = 0; i < 5; i++) mine.note(id, { failed: true }, i)
    mine.note(id, { failed: false }, 10)
    await expect
      .poll(async () => {
        const rows = await database.db.query<{ failures: number }>(
          'select failures from destination_health where destination_id = $1',
          [id],
        )
        return rows[0]?.failures
      })
      .toBe(0)
    for (let i = 0; i < 5; i++) {
      await mine.refresh()
      mine.note(id, { failed: true }, 100_000)
    }
    expect(mine.name(id, 100_500)).toBe('open')
  })
})
