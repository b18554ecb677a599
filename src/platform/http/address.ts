/** Where a request comes from: the socket's address, or the forwarded one when a trusted proxy says so. Pure. */
import { BlockList, isIP } from 'node:net'

export function networkList(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [base, bits] = cidr.split('/') as [string, string | undefined]
    const family = isIP(base)
    if (family === 0) throw new Error(`"${cidr}" is not a network. Write it like 10.0.0.0/8 or fd00::/8.`)
    const width = family === 6 ? 128 : 32
    const prefix = bits === undefined ? width : Number(bits)
    if (!Number.isInteger(prefix) || prefix < 0 || prefix > width) {
      throw new Error(`"${cidr}" has no valid prefix length; it is 0 to ${width}.`)
    }
    list.addSubnet(base, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** IPv4 written inside IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

export function isIn(list: BlockList, address: string): boolean {
  const plain = plainAddress(address)
  const family = isIP(plain)
  return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
}

/** The nearest address that is not a trusted proxy's, walking `X-Forwarded-For` from its end. */
export function clientAddress(
  socketAddress: string,
  forwardedFor: string | undefined,
  proxies: BlockList,
): string {
  let address = plainAddress(socketAddress)
  const hops = forwardedFor?.split(',', 32).map((hop) => hop.trim()) ?? []
  while (hops.length > 0 && isIn(proxies, address)) {
    const next = hops.pop()!
    if (isIP(next) === 0) break
    address = plainAddress(next)
  }
  return address
}

export function isLoopbackAddress(address: string): boolean {
  const plain = plainAddress(address)
  return plain === '::1' || plain.startsWith('127.')
}
