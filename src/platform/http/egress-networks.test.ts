import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeUrl } from './egress-addresses.ts'
import { DENIED_NETWORKS, judgeAddress, parseAllowList } from './egress-networks.ts'

const NOTHING = parseAllowList([])

describe('judgeAddress', () => {
  it.each([
    ['1.1.1.1', 'public'],
    ['8.8.8.8', 'public'],
    ['9.255.255.255', 'public'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['192.0.1.0', 'public'],
    ['198.17.255.255', 'public'],
    ['198.20.0.0', 'public'],
    ['223.255.255.255', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['2001:200::1', 'public'],
    ['2003::1', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['0.0.0.0', 'this-network'],
    ['0.1.2.3', 'this-network'],
    ['::', 'this-network'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['fec0::1', 'private'],
    ['100.64.0.1', 'carrier'],
    ['100.100.100.200', 'carrier'],
    ['100.127.255.255', 'carrier'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['192.0.0.192', 'protocol'],
    ['192.175.48.1', 'protocol'],
    ['2001:20::1', 'protocol'],
    ['100::1', 'protocol'],
    ['5f00::1', 'protocol'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.9', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['198.18.0.1', 'benchmark'],
    ['198.19.255.255', 'benchmark'],
    ['192.88.99.1', 'translation'],
    ['2001::1', 'translation'],
    ['2002:7f00:1::', 'translation'],
    ['64:ff9b::7f00:1', 'translation'],
    ['64:ff9b:1::a00:1', 'translation'],
    ['::127.0.0.1', 'translation'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::ffff:0:7f00:1', 'reserved'],
    ['4000::1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::FFFF:7F00:1', 'loopback'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'link-local'],
    ['::ffff:10.0.0.1%1', 'private'],
    ['010.0.0.1', 'not-an-address'],
    ['localhost', 'not-an-address'],
    ['', 'not-an-address'],
  ])('says of %s: %s', (address, kind) => {
    expect(judgeAddress(address, NOTHING)).toBe(kind)
  })

  it('calls what the operator has opened public, and only that', () => {
    const allow = parseAllowList(['10.1.0.0/16', 'fd00:1::/32', '192.168.1.7'])
    const opened = ['10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::9', '192.168.1.7']
    const closed = ['10.2.0.1', '::ffff:10.2.0.1', 'fd00:2::9', '192.168.1.8', '127.0.0.1']
    expect(opened.map((address) => judgeAddress(address, allow))).toEqual(opened.map(() => 'public'))
    expect(closed.map((address) => judgeAddress(address, allow))).not.toContain('public')
  })
})

describe('parseAllowList', () => {
  it.each([
    [['10.0.0.0/']],
    [['10.0.0.0/33']],
    [['fd00::/129']],
    [['10.0.0.0/8/8']],
    [['10.1/16']],
    [['db']],
    [['']],
    [['fe80::1%eth0/64']],
    [['10.0.0.0/-1']],
  ])('refuses %j', (cidrs) => {
    expect(() => parseAllowList(cidrs)).toThrow(`Not networks: "${cidrs[0]}"`)
  })

  it('names every fault in one message', () => {
    expect(() => parseAllowList(['10.0.0.0/8', 'a', 'b/8'])).toThrow(
      'Not networks: "a", "b/8". Write 10.0.0.0/8 or fd00::/8.',
    )
  })
})

const networks = DENIED_NETWORKS.flatMap(([, cidrs]) => cidrs).map((cidr) => {
  const [base, bits] = cidr.split('/') as [string, string]
  return { base, bits: Number(bits), isIPv6: base.includes(':') }
})

/** An address of the network: its first bits from the base, the rest from chance. */
function inside(base: bigint, width: number, bits: number, chance: bigint): bigint {
  const mask = (1n << BigInt(width - bits)) - 1n
  return (base & ~mask) | (chance & mask)
}

function numberOf4(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}

function numberOf6(text: string): bigint {
  const [head, tail] = text.split('::') as [string, string | undefined]
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array<string>(tail === undefined ? 0 : 8 - first.length - last.length).fill('0')
  return [...first, ...zeros, ...last].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n)
}

const bytesOf = (value: bigint): bigint[] => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n)
const hexGroups = (value: bigint, count: number): string[] =>
  Array.from({ length: count }, (_, i) => ((value >> BigInt(16 * (count - 1 - i))) & 0xffffn).toString(16))
const fullwidth = (text: string) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))

/** What a browser or a C library reads as this IPv4 address. */
const SPELLINGS: readonly ((value: bigint) => string)[] = [
  (value) => bytesOf(value).join('.'),
  (value) => `${bytesOf(value).join('.')}.`,
  (value) => String(value),
  (value) => `0x${value.toString(16)}`,
  (value) => `0X${value.toString(16).toUpperCase()}`,
  (value) => `0${value.toString(8)}`,
  (value) =>
    bytesOf(value)
      .map((byte) => `0x${byte.toString(16)}`)
      .join('.'),
  (value) =>
    bytesOf(value)
      .map((byte) => `0${byte.toString(8)}`)
      .join('.'),
  (value) =>
    bytesOf(value)
      .map((byte) => `00000${byte.toString(8)}`)
      .join('.'),
  (value) => `${value >> 24n}.${value & 0xffffffn}`,
  (value) => `${value >> 24n}.${(value >> 16n) & 255n}.0x${(value & 0xffffn).toString(16)}`,
  (value) => fullwidth(bytesOf(value).join('.')),
  (value) => bytesOf(value).join('。'),
  (value) =>
    bytesOf(value)
      .map((byte) => [...String(byte)].map((c) => `%3${c}`).join(''))
      .join('.'),
  (value) => `[::ffff:${bytesOf(value).join('.')}]`,
  (value) => `[::FFFF:${hexGroups(value, 2).join(':').toUpperCase()}]`,
  (value) => `[0:0:0:0:0:ffff:${hexGroups(value, 2).join(':')}]`,
  (value) => `[0000:0000:0000:0000:0000:ffff:${bytesOf(value).join('.')}]`,
]

describe('every address inside a denied network', () => {
  const of4 = networks.filter(({ isIPv6 }) => !isIPv6)
  const of6 = networks.filter(({ isIPv6 }) => isIPv6)

  it('is refused in any spelling (IPv4)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...of4),
        fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }),
        fc.constantFrom(...SPELLINGS),
        ({ base, bits }, chance, spell) => {
          const address = inside(numberOf4(base), 32, bits, chance)
          expect(judgeAddress(bytesOf(address).join('.'), NOTHING)).not.toBe('public')
          const judged = judgeUrl(`http://${spell(address)}/x`, NOTHING)
          expect(judged).toMatchObject({ verdict: 'refused', reason: 'private-address' })
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('is refused in any spelling (IPv6)', () => {
    const spellings = [
      (groups: string[]) => groups.join(':'),
      (groups: string[]) => groups.join(':').toUpperCase(),
      (groups: string[]) => groups.map((group) => group.padStart(4, '0')).join(':'),
      (groups: string[]) => new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1),
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...of6),
        fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
        fc.constantFrom(...spellings),
        ({ base, bits }, chance, spell) => {
          const text = spell(hexGroups(inside(numberOf6(base), 128, bits, chance), 8))
          expect(judgeAddress(text, NOTHING)).not.toBe('public')
          expect(judgeUrl(`https://[${text}]/`, NOTHING)).toMatchObject({ reason: 'private-address' })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is told apart from a public one in the same spelling', () => {
    for (const spell of SPELLINGS) {
      expect(judgeUrl(`http://${spell(numberOf4('8.8.4.4'))}/x`, NOTHING).verdict).toBe('allowed')
    }
  })
})
