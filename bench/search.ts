/** Finds the highest rate that holds, on a grid of steps of 5 %. */

const STEP = 1.05
const LOWEST = 100
const HIGHEST = 100_000
const STRIDE = 4

export const rateAt = (step: number): number => Math.round(LOWEST * STEP ** step)
const stepOf = (rate: number): number => Math.round(Math.log(rate / LOWEST) / Math.log(STEP))
const LAST = stepOf(HIGHEST)

/**
 * Strides from the guess to a rate that holds and one that does not, then halves between them. A rate that does not hold is
 * tried once more: one hiccup of the machine is not the program's. Null when not even the lowest rate holds.
 */
export async function highestRate(
  guess: number,
  holdsOnce: (rate: number) => Promise<boolean>,
): Promise<number | null> {
  const known = new Map<number, boolean>()
  const holds = async (step: number): Promise<boolean> => {
    const before = known.get(step)
    if (before !== undefined) return before
    const held = (await holdsOnce(rateAt(step))) || (await holdsOnce(rateAt(step)))
    known.set(step, held)
    return held
  }
  let good = Math.min(Math.max(stepOf(guess), 0), LAST)
  let bad = good + STRIDE
  if (await holds(good)) {
    while (bad <= LAST && (await holds(bad))) [good, bad] = [bad, bad + STRIDE]
  } else {
    do {
      if (good <= 0) return null
      ;[bad, good] = [good, Math.max(0, good - STRIDE)]
    } while (!(await holds(good)))
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (await holds(middle)) good = middle
    else bad = middle
  }
  return rateAt(good)
}
