/** The demo: a simulated screener and a simulated sender, both over real HTTP, so that what a newcomer sees is the real thing. */
import type { Config } from '../platform/config/index.ts'
import type { ZodApp } from '../platform/http/index.ts'
import {
  every,
  hashToken,
  loadOrCreateToken,
  makeToken,
  nowMs,
  random,
  showToken,
  uuidv7,
} from '../platform/runtime/index.ts'
import { renderScreenerPage } from '../rankings/index.ts'
import { insertKey } from '../sources/webhook/index.ts'
import { ownAddress } from './address.ts'
import type { Ground } from './ground.ts'

/** Well-known names in an invented order; it drifts, so that tickers enter and leave the Top-N. */
const TICKERS =
  'AAPL MSFT NVDA AMZN META GOOGL TSLA AVGO COST NFLX AMD ADBE PEP CSCO INTC QCOM TXN AMGN INTU HON SBUX GILD MDLZ ADP'.split(
    ' ',
  )
const SEND_MS = 1_500
const DRIFT_MS = 20_000

export function demoScreenerUrl(config: Pick<Config, 'host' | 'port'>): string {
  return `${ownAddress(config)}/demo/screener.ashx?v=111`
}

/** The order at a time: neighbours change places as time goes on, the same for everybody. Pure. */
function demoOrder(atMs: number): string[] {
  const order = [...TICKERS]
  const step = Math.floor(atMs / DRIFT_MS)
  for (let i = 0; i < 40; i++) {
    const at = (step * 7 + i * 11) % (order.length - 1)
    if ((step + i) % 3 === 0) [order[at], order[at + 1]] = [order[at + 1]!, order[at]!]
  }
  return order
}

export async function demoRoutes(app: ZodApp): Promise<void> {
  app.get<{ Querystring: { r?: string } }>(
    '/demo/screener.ashx',
    { schema: { hide: true } },
    async (request, reply) => {
      const first = Math.max(1, Number(request.query.r ?? 1) || 1)
      return reply.type('text/html; charset=utf-8').send(renderScreenerPage(demoOrder(nowMs()), first))
    },
  )
}

/** Posts a simulated alert now and then, with a key of its own. Gives the way to stop it. */
export async function startDemoSender(ground: Ground): Promise<() => Promise<void>> {
  const { config, sealer, db, ring, egress, log } = ground
  const { token } = loadOrCreateToken(sealer, config.dataDir, 'demo-key', () => makeToken('hook'))
  if (ring.byToken(token) === undefined) {
    const name = 'Demo sender (simulated)'
    await insertKey(db, sealer, {
      id: uuidv7(nowMs()),
      name,
      tokenHash: hashToken(token),
      tokenShown: showToken(token),
      options: {},
    })
    await ring.reload()
  }
  const send = async () => {
    const ticker = TICKERS[Math.floor(random() * TICKERS.length)]!
    await egress.send({
      method: 'POST',
      url: `${ownAddress(config)}/webhook/in`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        ticker,
        side: random() < 0.6 ? 'BUY' : 'SELL',
        price: (100 + random() * 200).toFixed(2),
        time: new Date(nowMs()).toISOString(),
        strategy: 'simulated',
      }),
      timeoutMs: 3_000,
      trusted: true,
      responseBytesMax: 4_096,
    })
  }
  return every(SEND_MS, send, (error) => log.debug({ err: error }, 'the demo sender failed'))
}
