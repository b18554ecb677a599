/** One clock for all processes of a benchmark: milliseconds of this machine's monotonic clock. */
const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** Comparable between processes of one machine, and not moved when somebody sets the wall clock. */
export const machineMs = (): number => offsetMs + performance.now()

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
