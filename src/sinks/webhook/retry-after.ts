/** Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3). Pure. */

const MAX_MS = 86_400_000

/** How long to wait in ms, at most a day; undefined when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, MAX_MS)
  const atMs = /^[A-Za-z]{3}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(0, atMs - nowMs), MAX_MS)
}
