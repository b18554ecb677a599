/** A list of tickers in their order, as it was at one time. Pure. */

export interface Snapshot {
  id: string
  name: string
  takenAtMs: number
  /** The same list was seen again until then. */
  lastSeenAtMs: number
  tickers: readonly string[]
  entered: readonly string[]
  left: readonly string[]
  total: number | null
  source: string
}

export function difference(before: readonly string[], after: readonly string[]) {
  const [had, has] = [new Set(before), new Set(after)]
  return { entered: after.filter((one) => !had.has(one)), left: before.filter((one) => !has.has(one)) }
}

export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((ticker, i) => ticker === b[i])
}

export function ranksOf(tickers: readonly string[]): ReadonlyMap<string, number> {
  return new Map(tickers.map((ticker, i) => [ticker, i + 1]))
}

export function isStale(snapshot: Snapshot, nowMs: number, maxAgeMs: number): boolean {
  return nowMs - snapshot.lastSeenAtMs > maxAgeMs
}
