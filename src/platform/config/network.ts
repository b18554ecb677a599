/** The kinds of value that name a place on a network: hosts, networks and addresses. Pure. */
import ipaddr from 'ipaddr.js'
import { listOf, type Kind } from './kind.ts'
import { MASK, secret, type Secret } from './secret.ts'

/** Whether only this machine reaches a host of that name. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback'
}

/** A host name or an address, without scheme, port or brackets. */
export const host: Kind<string> = {
  expects: 'a host name or an address such as 127.0.0.1, 0.0.0.0 or ::1, without scheme or port',
  parse(text) {
    const bare = text.replace(/^\[(.*)\]$/, '$1')
    if (bare.includes(':')) return ipaddr.IPv6.isValid(bare) ? bare : undefined
    return /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?$/.test(bare) ? bare : undefined
  },
  show: String,
  secret: false,
}

/** Networks such as `10.0.0.0/8,fd00::/8`; a single address is a network of one. */
export const networks: Kind<readonly string[]> = {
  expects: 'networks such as 10.0.0.0/8,fd00::/8, separated by commas',
  parse(text) {
    const read = listOf(text).map(networkOf)
    return read.every((network) => network !== undefined) && read.length > 0 ? read : undefined
  },
  show: (all) => (all.length === 0 ? 'none' : all.join(',')),
  secret: false,
}

function networkOf(text: string): string | undefined {
  const [address = '', bits, more] = text.split('/')
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address)
  if (more !== undefined || !(isV4 || ipaddr.IPv6.isValid(address))) return undefined
  const bitsMax = isV4 ? 32 : 128
  if (bits === undefined) return `${address}/${bitsMax}`
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax ? `${address}/${Number(bits)}` : undefined
}

/** An http or https address; shown without what its query may hold in secret. */
export const webAddress: Kind<string> = {
  expects: 'an address such as https://example.com/path, without user and password',
  parse: (text) => (isWebAddress(text) ? text : undefined),
  show(text) {
    const url = new URL(text)
    const telling = [...url.searchParams.keys()].filter((name) => /auth|key|token|secret|pass/i.test(name))
    for (const name of telling) url.searchParams.set(name, MASK)
    return url.href
  },
  secret: false,
}

/** An http or https address whose path or query may be a password: only its origin is shown. */
export const secretWebAddress: Kind<Secret> = {
  expects: webAddress.expects,
  parse: (text) => (isWebAddress(text) ? secret(text) : undefined),
  show(value) {
    const { origin, pathname, search } = new URL(value.reveal())
    return pathname === '/' && search === '' ? origin : `${origin}/${MASK}`
  },
  secret: true,
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || text.length > 2_048 || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
