/** Waits for something, but not longer than this. */
import { after } from '../runtime/index.ts'

/** Resolves when `work` has settled, in whatever way, or after `ms`. Never rejects, and keeps no process alive. */
export function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(ms, resolve)
    const settle = () => {
      cancel()
      resolve()
    }
    work.then(settle, settle)
  })
}
