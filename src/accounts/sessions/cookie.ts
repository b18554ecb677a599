/** The session cookie, and whether a request that carries it comes from a page of ours. Pure. */
import { parseCookie, stringifySetCookie } from 'cookie'
import type { IncomingHttpHeaders } from 'node:http'

/** Over HTTPS the name itself forbids other hosts and paths; over plain HTTP, on this machine, it cannot be had. */
const nameFor = (publicUrl: string) => (isSecure(publicUrl) ? '__Host-signalbox' : 'signalbox')
const isSecure = (publicUrl: string) => publicUrl.startsWith('https:')

/** The token in a `cookie` header. */
export function sessionCookie(header: string | undefined, publicUrl: string): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[nameFor(publicUrl)]
}

/** The `set-cookie` header that gives a token, or takes it away (`null`). */
export function setSessionCookie(token: string | null, publicUrl: string): string {
  return stringifySetCookie({
    name: nameFor(publicUrl),
    value: token ?? '',
    httpOnly: true,
    path: '/',
    sameSite: 'strict',
    secure: isSecure(publicUrl),
    ...(token === null && { maxAge: 0 }),
  })
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a request that changes something was sent by a page of another origin. Every browser says at least one of the two. */
export function isCrossSite(method: string, headers: IncomingHttpHeaders): boolean {
  const isUpgrade = headers.upgrade !== undefined
  if (SAFE_METHODS.has(method) && !isUpgrade) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin, host } = headers
  if (origin === undefined) return site === undefined
  return !URL.canParse(origin) || new URL(origin).host !== host
}
