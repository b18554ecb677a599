/** A webhook key: who may send, from where, and how their bodies are to be read. */
import { BlockList, isIP } from 'node:net'
import type { FieldMap } from './payload/index.ts'

export interface KeyOptions {
  /** Networks (CIDR) it takes from; absent: anywhere. */
  networks?: string[]
  /** How to read bodies that say things in their own words. */
  fieldMap?: FieldMap
  /** The side of alerts that name none (Chartink). */
  defaultSide?: 'buy' | 'sell'
  /** Equal payloads within this time are one signal; 0 turns it off. Absent: 60 s with a time in the body, 30 s without. */
  repeatWindowSec?: number
  /** A signal older than this on arrival is refused. */
  maxLagSec?: number
  /** Requests in any minute at each gateway; absent: no limit of its own. */
  perMinute?: number
}

/** What the options say of reading a body. */
export const readingOf = ({ fieldMap, defaultSide }: KeyOptions) => ({
  ...(fieldMap && { fieldMap }),
  ...(defaultSide && { defaults: { side: defaultSide } }),
})

export interface WebhookKey {
  id: string
  name: string
  tokenShown: string
  options: KeyOptions
  signingSecret?: string
  createdAtMs: number
  revokedAtMs: number | null
  lastUsedAtMs: number | null
}

/** The addresses TradingView sends from (support 43000529348). */
export const TRADINGVIEW_NETWORKS = [
  '52.89.214.238/32',
  '34.212.75.30/32',
  '54.218.53.128/32',
  '52.32.178.7/32',
]

/** Below this a sender's own repeats (TradingView: 4 sends, 5 s apart, 3 s each) would count twice. */
export const REPEAT_WINDOW_SEC_MIN = 20
const REPEAT_TIMED_MS = 60_000
const REPEAT_UNTIMED_MS = 30_000

/** How long an equal payload is a repeat; null: never. */
export function repeatWindowMs(options: KeyOptions, carriesTime: boolean): number | null {
  if (options.repeatWindowSec === 0) return null
  if (options.repeatWindowSec !== undefined) return options.repeatWindowSec * 1000
  return carriesTime ? REPEAT_TIMED_MS : REPEAT_UNTIMED_MS
}

/** Whether an address lies in one of the networks. IPv4 inside IPv6 counts as IPv4. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [base, bits] = network.split('/') as [string, string | undefined]
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(base, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  return list.check(mapped, isIP(mapped) === 6 ? 'ipv6' : 'ipv4')
}
