/** What pushes the frames, a process of its own: the stream as it is built, or bare `ws` that writes the same frames. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { groupOf } from './stream-groups.ts'
import { createMemoryBus } from '../src/platform/bus/index.ts'
import { createFailures, createGuard, createHttpServer, networkList } from '../src/platform/http/index.ts'
import { createLogger, createMetrics, nowMs } from '../src/platform/runtime/index.ts'
import { createHub, openStreamDesk, streamRoutes } from '../src/sinks/stream/index.ts'

export const TOKEN = 'a-token-of-the-benchmark-0001'

/** A signal, as the stream tells of one. */
const eventOf = (n: number) => ({
  id: '01a1fc21-202b-7190-bce9-1a63473ed592',
  received_at: '2026-11-21T03:23:11.785Z',
  ticker: 'AAPL',
  side: 'buy',
  price: String(150 + (n % 100)),
  quantity: null,
  source: 'webhook',
  strategy: null,
  decision: 'approved',
  reason: 'in-ranking',
  deliveries: 1,
})

type Publish = (n: number, groups: number) => void

async function bare(): Promise<{ port: number; publish: Publish }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  return {
    port: (server.address() as AddressInfo).port,
    publish(n) {
      const text = JSON.stringify({ op: 'event', group: groupOf(0), offset: n + 1, data: eventOf(n) })
      const frame = Buffer.from(text)
      for (const socket of sockets.clients) socket.send(frame, { binary: false })
    },
  }
}

async function ours(): Promise<{ port: number; publish: Publish }> {
  const log = createLogger({ level: 'fatal', format: 'json' })
  const history = { eventsMax: 5_000, ageMsMax: 120_000 }
  const hub = createHub({ bus: createMemoryBus('bench'), history, nowMs })
  const desk = openStreamDesk({ hub, log, metrics: createMetrics(), revoked: async () => new Set() })
  let caller = 0
  const guard = createGuard({
    adminToken: TOKEN,
    named: {},
    proxies: networkList([]),
    failures: createFailures(),
    identify: async () => ({
      userId: `user ${Math.floor(caller++ / 40)}`,
      name: 'reader',
      may: new Set(['own', 'read'] as const),
      via: 'api-token',
    }),
  })
  const server = await createHttpServer({
    log,
    version: 'bench',
    proxies: networkList([]),
    guardDocs: guard.administer,
  })
  server.server.on('connection', (socket) => socket.setNoDelay())
  await streamRoutes(server, { guard, desk, preferred: async () => [] })
  await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    port: (server.server.address() as AddressInfo).port,
    publish: (n, groups) => hub.publish(groupOf(n % groups), eventOf(n)),
  }
}

if (import.meta.main) {
  const { port, publish } = await (process.argv[2] === 'bare' ? bare() : ours())
  let n = 0
  process.on('message', ({ events, groups }: { events: number; groups: number }) => {
    for (let i = 0; i < events; i++) publish(n++, groups)
  })
  process.on('disconnect', () => process.exit())
  process.send!({ port })
}
