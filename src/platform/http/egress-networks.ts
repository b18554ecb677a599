/** Which IP addresses are public: everything in IANA's special-purpose registries (IPv4 and IPv6) is not. Pure. */
import { type BlockList, isIP } from 'node:net'
import { isIn, networkList, plainAddress } from './address.ts'

/** Networks that the operator has opened (`EGRESS_ALLOW`); they win over every denial. */
export type AllowList = BlockList

export type DeniedReason =
  | 'this-network'
  | 'loopback'
  | 'private'
  | 'carrier'
  | 'link-local'
  | 'protocol'
  | 'documentation'
  | 'benchmark'
  | 'translation'
  | 'multicast'
  | 'reserved'
  | 'not-an-address'

/** The denied networks by reason; the first that holds is named. Cloud metadata lives in link-local, carrier and private. */
export const DENIED_NETWORKS: readonly (readonly [DeniedReason, readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['this-network', ['0.0.0.0/8', '::/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['carrier', ['100.64.0.0/10']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  ['benchmark', ['198.18.0.0/15', '2001:2::/48']],
  // Teredo, 6to4, NAT64 and IPv4-compatible addresses carry an IPv4 address that a gateway would reach for us.
  ['translation', ['2001::/32', '2002::/16', '192.88.99.0/24', '64:ff9b::/96', '64:ff9b:1::/48', '::/96']],
  ['protocol', ['192.0.0.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24']],
  ['protocol', ['2001::/23', '2620:4f:8000::/48', '100::/64', '5f00::/16']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['reserved', ['240.0.0.0/4']],
]

const DENIED = DENIED_NETWORKS.map(([reason, cidrs]) => ({ reason, list: networkList(cidrs) }))

/** All that is handed out for the public internet in IPv6; the rest is reserved. */
const GLOBAL_IPV6 = networkList(['2000::/3'])

/** Whether an address may be connected to, or why not. A mapped IPv4 address is judged as what it maps to. */
export function judgeAddress(ip: string, allow: AllowList): 'public' | DeniedReason {
  const address = unmapped(ip.replace(/%.*$/, ''))
  const family = isIP(address)
  if (family === 0) return 'not-an-address'
  if (isIn(allow, address)) return 'public'
  const denied = DENIED.find(({ list }) => isIn(list, address))
  if (denied !== undefined) return denied.reason
  return family === 4 || isIn(GLOBAL_IPV6, address) ? 'public' : 'reserved'
}

/** `::ffff:127.0.0.1`, `::FFFF:7f00:1` and `0:0:0:0:0:ffff:7f00:1` are all 127.0.0.1. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (hex === null) return plainAddress(canonical)
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Reads `EGRESS_ALLOW`. Throws one message that names every text which is not a network like 10.0.0.0/8 or fd00::/8. */
export function parseAllowList(cidrs: readonly string[]): AllowList {
  const wrong = cidrs.filter((cidr) => !isNetwork(cidr))
  if (wrong.length > 0) {
    throw new Error(
      `Not networks: ${wrong.map((cidr) => `"${cidr}"`).join(', ')}. Write 10.0.0.0/8 or fd00::/8.`,
    )
  }
  return networkList(cidrs)
}

function isNetwork(cidr: string): boolean {
  const [, base, bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(cidr) ?? []
  const family = base === undefined ? 0 : isIP(base)
  return family !== 0 && Number(bits ?? 0) <= (family === 6 ? 128 : 32)
}
