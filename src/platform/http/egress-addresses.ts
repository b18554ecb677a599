/** The judgement of web addresses that users may make us call (SSRF guard), before anything is resolved. Pure. */
import { isIP } from 'node:net'
import { type AllowList, judgeAddress } from './egress-networks.ts'

/** Names that mean this machine, this network or a cloud's metadata, whatever they resolve to. */
const DENIED_SUFFIXES = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa)$/

/** At least two labels, no empty one, so also no dot at the end. */
const PUBLIC_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/

/** Below 1024 only the web's own ports; above, all but those of databases, queues, orchestrators and remote desktops. */
const DENIED_PORTS = new Set([
  1433, 1521, 1883, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3306, 3389, 4222, 4369, 5432, 5433, 5671, 5672,
  5900, 5901, 5984, 5985, 5986, 6000, 6379, 6380, 6432, 6443, 8086, 8500, 9042, 9092, 9200, 9300, 10_250,
  10_255, 11_211, 16_379, 26_379, 27_017, 27_018, 27_019, 28_015, 33_060,
])

/** Real screener addresses reach 2,000 characters. */
const LENGTH_MAX = 8_192

export type RefusalReason =
  | 'not-a-url'
  | 'scheme'
  | 'credentials'
  | 'port'
  | 'name'
  | 'private-address'
  /** Headers or path that HTTP cannot carry, such as a line break; only when sending, never when judging an address. */
  | 'request'

export interface Refusal {
  verdict: 'refused'
  reason: RefusalReason
  message: string
}

export type UrlVerdict = { verdict: 'allowed'; url: URL } | Refusal

/** Whether an address may be saved and called. Names are judged again by what they resolve to at each connection. */
export function judgeUrl(text: string, allow: AllowList): UrlVerdict {
  // The parser would quietly drop or fold these; what people see must be what is called.
  if (text.length > LENGTH_MAX || /[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) {
    return refuse('not-a-url', 'This is not a complete web address. Write it like https://example.com/path.')
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse('scheme', `${url.protocol.slice(0, 40)} addresses are not called; use https: (or http:).`)
  }
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1]
  if (authority === undefined) {
    return refuse('not-a-url', 'An address starts with https:// and a host, like https://example.com/path.')
  }
  if (authority.includes('@')) {
    return refuse('credentials', 'Names and passwords do not belong before the host of an address.')
  }
  return judgeHost(url, allow) ?? judgePort(url) ?? { verdict: 'allowed', url }
}

/** The parser has already folded decimal, octal, hex and fullwidth spellings into plain addresses. */
function judgeHost({ hostname }: URL, allow: AllowList): Refusal | null {
  const name = hostname.replace(/^\[|\]$/g, '')
  if (isIP(name) !== 0) {
    const kind = judgeAddress(name, allow)
    if (kind === 'public') return null
    const message = `${name} is not a public address (${kind}). An operator can open networks with EGRESS_ALLOW.`
    return refuse('private-address', message)
  }
  if (PUBLIC_NAME.test(name) && !DENIED_SUFFIXES.test(name)) return null
  return refuse('name', `${name.slice(0, 80)} is not a public name.`)
}

function judgePort({ port }: URL): Refusal | null {
  // The parser leaves out 80 for http: and 443 for https:.
  if (port === '' || port === '80' || port === '443') return null
  if (Number(port) >= 1024 && !DENIED_PORTS.has(Number(port))) return null
  return refuse('port', `Port ${port} belongs to another kind of service; web receivers do not listen there.`)
}

function refuse(reason: RefusalReason, message: string): Refusal {
  return { verdict: 'refused', reason, message }
}
