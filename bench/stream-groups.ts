/** The groups of the stream that the benchmark uses. */
export const groupOf = (index: number): string => `rankings.bench-${index}`
