/** Requests to a screener: within the politeness limit, under one session, each failure by its name. */
import type { Egress, EgressResult } from '../platform/http/index.ts'
import { nowMs, sleep, spend, type LimitState } from '../platform/runtime/index.ts'
import type { PageFault } from './parse-page.ts'

export type SourceFault = PageFault | 'partial' | 'unreachable' | 'address-refused' | 'login-refused'
export interface SourceFailure {
  outcome: SourceFault
  message: string
}

export interface Login {
  email: string
  password: string
  url: string
}

export interface ScreenerClient {
  get(url: string, trusted: boolean): Promise<{ text: string } | SourceFailure>
  /** Logs in unless there is a session already; gives why it failed, or null. */
  logIn(login: Login): Promise<SourceFailure | null>
  logOut(): void
}

const TIMEOUT_MS = 15_000
const PAGE_BYTES_MAX = 4_000_000
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'

export function createScreenerClient(
  egress: Egress,
  { requestsPerMinute }: { requestsPerMinute: number },
): ScreenerClient {
  const windows = [{ permits: requestsPerMinute, windowMs: 60_000 }]
  let spent: LimitState = []
  let cookies: string | null = null

  async function permit(): Promise<void> {
    for (;;) {
      const { granted, state, retryAfterMs } = spend(windows, spent, nowMs(), 1)
      spent = state
      if (granted === 1) return
      await sleep(retryAfterMs)
    }
  }

  return {
    async get(url, trusted) {
      await permit()
      const result = await egress.send({
        method: 'GET',
        url,
        headers: {
          'user-agent': AGENT,
          accept: 'text/html,text/csv,application/json',
          ...(cookies && { cookie: cookies }),
        },
        timeoutMs: TIMEOUT_MS,
        trusted,
        responseBytesMax: PAGE_BYTES_MAX,
        decompress: true,
      })
      return textOf(result)
    },
    async logIn({ email, password, url }) {
      if (cookies !== null) return null
      await permit()
      const result = await egress.send({
        method: 'POST',
        url,
        headers: { 'user-agent': AGENT, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ email, password, remember: 'true' }).toString(),
        timeoutMs: TIMEOUT_MS,
        trusted: true,
        responseBytesMax: 100_000,
      })
      if (result.outcome !== 'response') return { outcome: 'unreachable', message: result.message }
      const set = result.headers['set-cookie']
      if (result.status >= 400 || set === undefined) {
        return { outcome: 'login-refused', message: 'Finviz did not take FINVIZ_EMAIL and FINVIZ_PASSWORD.' }
      }
      cookies = cookiesOf(set)
      return null
    },
    logOut() {
      cookies = null
    },
  }
}

/** `set-cookie` headers, joined by commas, as one `cookie` header. */
function cookiesOf(set: string): string {
  return set
    .split(/,(?=[^;,]+=)/)
    .map((cookie) => cookie.split(';', 1)[0]!.trim())
    .join('; ')
}

function textOf(result: EgressResult): { text: string } | SourceFailure {
  if (result.outcome === 'refused') return { outcome: 'address-refused', message: result.message }
  if (result.outcome === 'unknown') return { outcome: 'unreachable', message: result.message }
  if (result.truncated) return { outcome: 'unknown-shape', message: 'The answer is larger than 4 MB.' }
  const text = result.excerpt.toString('utf8')
  if (result.status === 429) return { outcome: 'rate-limited', message: 'The screener said 429.' }
  if (result.status === 403) return { outcome: 'blocked', message: 'The screener said 403.' }
  if (result.status !== 200) return { outcome: 'unreachable', message: `The screener said ${result.status}.` }
  return { text }
}
