/**
 * Writes what waits in groups: whatever arrived while the last group was being written goes into the next one, so that one
 * commit serves many and a lone request waits for nobody. A group that fails for its data is halved until the culprit is alone.
 */
import { every, monotonicMs, nextTurn } from '../runtime/index.ts'
import { DatabaseUnavailable, Overloaded } from './errors.ts'

export interface GroupCommitSettings<T, R> {
  /** Writes all items or none; gives one result for each, in their order. */
  commit(items: T[]): Promise<R[]>
  sizeMax: number
  /** Groups being written at a time; 1 keeps the order of the items across groups. */
  groupsInFlight: number
  /** Items that may be unanswered at a time. */
  waitingMax: number
  /** Whether a failure is that of an item's data, not of the database. */
  isDataError(error: unknown): boolean
  /** How long an item waits for its answer. One that has not been begun by then is not written at all. */
  deadlineMs: number
}

export interface GroupCommit<T, R> {
  /**
   * Resolves with the item's own result once its group is written. Rejects with the item's own data error, with
   * `Overloaded` (never begun), or with `DatabaseUnavailable`.
   */
  add(item: T): Promise<R>
  /** Items not yet answered. */
  readonly depth: number
  /** Takes no more, and resolves when everything taken is answered. */
  close(): Promise<void>
}

interface Entry<T, R> {
  item: T
  dueMs: number
  resolve(result: R): void
  reject(error: unknown): void
}

const SWEEPS_PER_DEADLINE = 20

export function createGroupCommit<T, R>(settings: GroupCommitSettings<T, R>): GroupCommit<T, R> {
  const { sizeMax, groupsInFlight, waitingMax, deadlineMs } = settings
  let waiting: Entry<T, R>[] = []
  const flying = new Set<Entry<T, R>[]>()
  /** Being written, or written and about to be answered. */
  let flyingItems = 0
  let scheduled = false
  let closed = false
  let drained: () => void = () => {}

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // In a microtask, so that items added in one go are one group.
    queueMicrotask(launch)
  }

  function launch(): void {
    scheduled = false
    while (waiting.length > 0 && flying.size < groupsInFlight) {
      const group = waiting.slice(0, sizeMax)
      waiting = waiting.slice(sizeMax)
      void fly(group)
    }
  }

  async function fly(group: Entry<T, R>[]): Promise<void> {
    flying.add(group)
    flyingItems += group.length
    const answer = await writeGroup(settings, group)
    flying.delete(group)
    launch()
    // Only now, when the next group is on its way: the database works while answers are sent.
    await nextTurn()
    answer()
    flyingItems -= group.length
    if (closed && waiting.length + flyingItems === 0) drained()
  }

  const sweep = () => rejectOverdue(waiting, flying, monotonicMs())
  const stopSweeping = every(Math.max(1, deadlineMs / SWEEPS_PER_DEADLINE), sweep, () => {})

  return {
    add(item) {
      if (closed) return Promise.reject(new Overloaded('It is shutting down'))
      if (waiting.length + flyingItems >= waitingMax) {
        return Promise.reject(new Overloaded(`${waitingMax} are waiting to be written already`))
      }
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, dueMs: monotonicMs() + deadlineMs, resolve, reject })
        schedule()
      })
    },
    get depth() {
      return waiting.length + flyingItems
    },
    async close() {
      closed = true
      if (waiting.length + flyingItems > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve
        })
      }
      await stopSweeping()
    },
  }
}

/** Answers what is overdue. All items wait equally long, so the overdue ones come first. */
function rejectOverdue<T, R>(waiting: Entry<T, R>[], flying: Iterable<Entry<T, R>[]>, atMs: number): void {
  const fresh = waiting.findIndex((entry) => entry.dueMs > atMs)
  const late = waiting.splice(0, fresh < 0 ? waiting.length : fresh)
  for (const entry of late) entry.reject(new Overloaded('It waited too long to be written'))
  for (const group of flying) {
    if (group[0]!.dueMs > atMs) continue
    const error = new DatabaseUnavailable(
      'The database did not say in time whether it was written',
      'unknown',
    )
    for (const entry of group) if (entry.dueMs <= atMs) entry.reject(error)
  }
}

/** Writes a group; gives what answers each of its items. Never rejects. */
async function writeGroup<T, R>(
  settings: GroupCommitSettings<T, R>,
  group: Entry<T, R>[],
): Promise<() => void> {
  const answers: (() => void)[] = []
  const reject = (entries: Entry<T, R>[], error: unknown) =>
    answers.push(() => entries.forEach((entry) => entry.reject(error)))
  /** What is left of it, in order; halves replace a part that failed for its data. */
  const parts = [group]
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const entries = part
    const items = entries.map((entry) => entry.item)
    try {
      const results = await settings.commit(items)
      if (results.length !== items.length)
        throw new Error(`${results.length} results for ${items.length} items`)
      answers.push(() => entries.forEach((entry, i) => entry.resolve(results[i]!)))
    } catch (error) {
      if (!settings.isDataError(error)) {
        reject(entries, unavailable(error, 'unknown'))
        reject(parts.flat(), unavailable(error, 'none'))
        break
      }
      const half = Math.ceil(entries.length / 2)
      if (entries.length === 1) reject(entries, error)
      else parts.unshift(entries.slice(0, half), entries.slice(half))
    }
  }
  return () => answers.forEach((answer) => answer())
}

function unavailable(error: unknown, otherwise: 'none' | 'unknown'): DatabaseUnavailable {
  if (error instanceof DatabaseUnavailable && (otherwise === 'unknown' || error.outcome === 'none'))
    return error
  return new DatabaseUnavailable(`The group was not written: ${(error as Error).message}`, otherwise, error)
}
