/** Keeps why an alert did not count, written in groups; under a flood the surplus is counted, not kept. */
import { createGroupCommit, isDataError, type Database } from '../../platform/db/index.ts'
import { nowMs, uuidv7 } from '../../platform/runtime/index.ts'
import { insertRefused, trimRefused, type RefusedPayload } from './store.ts'

export interface RefusalLog {
  note(refusal: Omit<RefusedPayload, 'id' | 'receivedAtMs'>): void
  /** Keeps the log bounded; to be called now and then. */
  trim(): Promise<void>
  close(): Promise<void>
}

const BODY_MAX = 2_048
const WAITING_MAX = 1_000

export function createRefusalLog(
  db: Database,
  onRefused: (code: string) => void,
  onLost: () => void,
): RefusalLog {
  const group = createGroupCommit<RefusedPayload, null>({
    sizeMax: 100,
    groupsInFlight: 1,
    waitingMax: WAITING_MAX,
    deadlineMs: 5_000,
    isDataError,
    async commit(refused) {
      await insertRefused(db, refused)
      return refused.map(() => null)
    },
  })
  return {
    note(refusal) {
      onRefused(refusal.code)
      const atMs = nowMs()
      const body = refusal.body.slice(0, BODY_MAX).replaceAll('\0', '\u{fffd}').toWellFormed()
      group.add({ ...refusal, body, id: uuidv7(atMs), receivedAtMs: atMs }).catch(onLost)
    },
    trim: () => trimRefused(db),
    close: () => group.close(),
  }
}
