/** What an audit entry may show of a change: everything but secrets. Pure. */

const SECRET = /secret|password|passphrase|token|code|^key$|^url$|hash/i
const DEPTH_MAX = 6
const TEXT_MAX = 500

/** The same value with secrets as `***`, long texts cut and deep parts left out. */
export function masked(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEPTH_MAX) return '…'
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => masked(one, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      SECRET.test(name) && typeof one === 'string' ? '***' : masked(one, depth + 1),
    ]),
  )
}
