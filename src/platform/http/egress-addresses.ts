/**
 * The judgement of addresses that users may make us call (SSRF guard): everything that is not plainly public is refused.
 * Networks: IANA special-purpose registries for IPv4 and IPv6. Pure.
 */
import { type BlockList, isIP } from 'node:net'
import { isIn, networkList, plainAddress } from './address.ts'

const DENIED = networkList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96', // unspecified, loopback, IPv4-compatible
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23', // Teredo, ORCHID, benchmarking
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
])

/** Names that mean this machine, this network or a cloud's metadata, whatever they resolve to. */
const DENIED_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'localdomain',
]

/** Ports of services that a crafted HTTP body could speak to. Others, odd ones too, are where receivers really listen. */
const DENIED_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 79, 110, 111, 113, 119, 123, 135,
  137, 138, 139, 143, 161, 162, 179, 389, 445, 465, 512, 513, 514, 515, 587, 631, 636, 873, 993, 995, 1433,
  1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4222, 5432, 5672, 5900, 5984, 6000, 6379, 6432, 6443,
  9042, 9092, 9200, 9300, 10_250, 11_211, 27_017,
])

export type RefusalReason = 'not-a-url' | 'scheme' | 'credentials' | 'port' | 'name' | 'private-address'

export type UrlVerdict =
  | { verdict: 'allowed'; url: URL }
  | { verdict: 'refused'; reason: RefusalReason; message: string }

/** Whether an address may be connected to. `allow`: private networks that the operator has opened (`EGRESS_ALLOW`). */
export function isPublicAddress(address: string, allow: BlockList): boolean {
  const plain = plainAddress(address.replace(/%.*$/, ''))
  if (isIP(plain) === 0) return false
  const mapped = mappedIPv4(plain)
  if (mapped !== null) return isPublicAddress(mapped, allow)
  return isIn(allow, plain) || !isIn(DENIED, plain)
}

/** `::ffff:7f00:1`, however it is written, is 127.0.0.1. */
function mappedIPv4(address: string): string | null {
  if (isIP(address) !== 6) return null
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical)
  if (hex === null) return null
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Whether an address may be saved and called. Names are judged again by what they resolve to at each connection. */
export function judgeUrl(text: string, allow: BlockList): UrlVerdict {
  const refuse = (reason: RefusalReason, message: string): UrlVerdict => ({
    verdict: 'refused',
    reason,
    message,
  })
  // The parser would quietly drop or fold these; what people see must be what is called.
  if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) {
    return refuse('not-a-url', 'This is not a complete web address. Write it like https://example.com/path.')
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse('scheme', `${url.protocol} addresses are not called; use https: (or http:).`)
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('credentials', 'Names and passwords do not belong before the host of an address.')
  }
  const name = url.hostname.replace(/\.$/, '').replace(/^\[|\]$/g, '')
  if (isIP(name) !== 0) {
    if (!isPublicAddress(name, allow)) {
      return refuse(
        'private-address',
        `${name} is not a public address. An operator can open networks with EGRESS_ALLOW.`,
      )
    }
  } else if (
    !name.includes('.') ||
    DENIED_SUFFIXES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))
  ) {
    return refuse('name', `${name} is a name of a private network.`)
  }
  if (url.port !== '' && DENIED_PORTS.has(Number(url.port))) {
    return refuse(
      'port',
      `Port ${url.port} belongs to another kind of service; web receivers do not listen there.`,
    )
  }
  return { verdict: 'allowed', url }
}
