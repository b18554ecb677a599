/** Opens connections to public addresses only: the socket gets exactly the addresses that were judged. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { type AllowList, judgeAddress } from './egress-networks.ts'

/** All addresses of a name. The system's resolver, unless a test brings its own. */
export type Resolve = (
  name: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

/** The guard's no; nothing was sent. */
export class RefusedAddress extends Error {}

const CONNECT_TIMEOUT_MS = 10_000

export function guardedConnector(allow: AllowList, resolve: Resolve = resolveAll): buildConnector.connector {
  const connect = buildConnector({
    lookup: guardedLookup(allow, resolve),
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
  })
  return (options, callback) => {
    // The socket never calls `lookup` for an IP literal.
    const literal = isIP(options.hostname) === 0 ? [] : [options.hostname]
    const refused = refusalOf(options.hostname, literal, allow)
    if (refused === null) connect(options, callback)
    else queueMicrotask(() => callback(refused, null))
  }
}

/** One private answer refuses the whole name. */
function guardedLookup(allow: AllowList, resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, found) => {
      if (error !== null) return callback(error, [])
      const refused = refusalOf(
        name,
        found.map(({ address }) => address),
        allow,
      )
      if (refused !== null) return callback(refused, [])
      const addresses = found.map(({ address }) => ({ address, family: isIP(address) }))
      const first = addresses[0]
      if (first === undefined) return callback(noAddress(name), [])
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** The message does not tell what a name resolves to here: that would answer questions about the inner network. */
function refusalOf(name: string, addresses: readonly string[], allow: AllowList): RefusedAddress | null {
  const kinds = addresses.map((address) => judgeAddress(address, allow))
  const kind = kinds.find((kind) => kind !== 'public')
  return kind === undefined
    ? null
    : new RefusedAddress(`${name} leads to an address that is not public (${kind}).`)
}

function noAddress(name: string): Error {
  return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
}

function resolveAll(name: string, callback: Parameters<Resolve>[1]): void {
  systemLookup(name, { all: true, verbatim: true }, (error, addresses) => callback(error, addresses))
}
