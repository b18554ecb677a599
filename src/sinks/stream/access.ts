/** Which groups a caller may name. What is a user's own is implied by who they are: nobody can name another's. Pure. */
import type { Capability } from '../../platform/http/index.ts'

/** The groups of the desk, and of rankings by name. */
const READ = /^(?:signals|deliveries|metrics|positions|rankings\.[a-z0-9-]{1,40})$/

export type GroupVerdict = { verdict: 'open' } | { verdict: 'forbidden' | 'unknown'; message: string }

/** Those that may be read: a preference may name what its owner may read no longer. */
export const openGroups = (names: readonly string[], may: ReadonlySet<Capability>): string[] =>
  names.filter((name) => judgeGroup(name, may).verdict === 'open')

export function judgeGroup(name: string, may: ReadonlySet<Capability>): GroupVerdict {
  if (!READ.test(name))
    return {
      verdict: 'unknown',
      message: `There is no group "${name}": signals, deliveries, metrics, positions, rankings.<name>.`,
    }
  return may.has('read')
    ? { verdict: 'open' }
    : { verdict: 'forbidden', message: `You may not read "${name}".` }
}
