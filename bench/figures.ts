/** Percentiles and medians of what was measured. Pure. */

/** What a share of the values stays at or below; NaN without values. Sorts a copy: exact, not a histogram. */
export function percentiles<T extends string>(
  values: Float64Array,
  shares: Record<T, number>,
): Record<T, number> {
  const sorted = values.toSorted()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
  const entries = Object.entries<number>(shares).map(([name, share]) => [name, at(share)])
  return Object.fromEntries(entries) as Record<T, number>
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** The middle of several rounds, and how far they lay apart. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN
  return { median: (upper + lower) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}

/** What was asked of a figure, and whether it was met. */
export interface Verdict {
  what: string
  value: number
  target: string
  met: boolean
}

export const atLeast = (what: string, value: number, least: number, unit = ''): Verdict => ({
  what,
  value,
  target: `at least ${least}${unit}`,
  met: value >= least,
})

export const under = (what: string, value: number, most: number, unit = ''): Verdict => ({
  what,
  value,
  target: `under ${most}${unit}`,
  met: value < most,
})

/** A figure that nothing was asked of. */
export const shownOnly = (what: string, value: number): Verdict => ({ what, value, target: '-', met: true })
