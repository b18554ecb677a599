/** Recognises a setting that was probably meant to be one of ours. Pure. */

const DISTANCE_MAX = 2

/**
 * The known name that `name` is a slip of: at most two letters off (in any case of letters), and sharing its
 * first word. Undefined when it is somebody else's setting.
 */
export function suggestionFor(name: string, known: readonly string[]): string | undefined {
  const upper = name.toUpperCase()
  const family = `${upper.split('_')[0]}_`
  if (!upper.includes('_')) return undefined
  let best: string | undefined
  let bestDistance = DISTANCE_MAX + 1
  for (const one of known) {
    if (!one.startsWith(family) || Math.abs(one.length - upper.length) > DISTANCE_MAX) continue
    const distance = editDistance(upper, one)
    if (distance < bestDistance) [best, bestDistance] = [one, distance]
  }
  return best
}

/** Letters to insert, drop, change or swap with their neighbour to turn one text into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, beforeLast[j - 2]! + 1)
      row.push(least)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length]!
}
