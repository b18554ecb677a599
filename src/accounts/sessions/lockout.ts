/** How long a login must wait after failures: growing, for the account and for the address, and never for good. Pure. */

const FIRST_MS = 5_000
const ACCOUNT_MAX_MS = 15 * 60_000
const ADDRESS_MAX_MS = 60 * 60_000
/** An address may fail for several accounts (an office behind one), so it is let try more often. */
const ADDRESS_FACTOR = 5

/** Failures older than this are forgotten. */
export const FORGOTTEN_AFTER_MS = 24 * 3_600_000

/** The wait after this many failures in a row; `attemptsMax` are free. */
export function waitAfterMs(kind: 'account' | 'address', failures: number, attemptsMax: number): number {
  const free = kind === 'account' ? attemptsMax : attemptsMax * ADDRESS_FACTOR
  if (failures < free) return 0
  const maxMs = kind === 'account' ? ACCOUNT_MAX_MS : ADDRESS_MAX_MS
  return Math.min(maxMs, FIRST_MS * 2 ** Math.min(failures - free, 20))
}
