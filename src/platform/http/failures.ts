/** Counts wrong credentials per address: past ten a minute an address is told to wait, so that guessing does not pay. */

const FAILURES_MAX = 10
const WINDOW_MS = 60_000
const ADDRESSES_MAX = 10_000

export interface Failures {
  note(address: string, nowMs: number): void
  /** Whether the address has used up its failures for now. */
  isSlowed(address: string, nowMs: number): boolean
}

export function createFailures(): Failures {
  const windows = new Map<string, { startMs: number; count: number }>()
  const current = (address: string, nowMs: number) => {
    const window = windows.get(address)
    return window !== undefined && nowMs - window.startMs < WINDOW_MS ? window : undefined
  }
  return {
    note(address, nowMs) {
      const window = current(address, nowMs)
      if (window !== undefined) {
        window.count++
        return
      }
      if (windows.size >= ADDRESSES_MAX) windows.delete(windows.keys().next().value!)
      windows.set(address, { startMs: nowMs, count: 1 })
    },
    isSlowed: (address, nowMs) => (current(address, nowMs)?.count ?? 0) > FAILURES_MAX,
  }
}
