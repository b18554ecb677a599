/** For the tests of the way out: real servers on loopback that count what reaches them, and an egress that may not. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createEgress, type Egress, type EgressOptions, type EgressRequest } from './egress-client.ts'
import { type AllowList, parseAllowList } from './egress-networks.ts'

/** Stands for a public address in these tests: loopback, but opened; 127.0.0.1 stays private. */
export const PUBLIC = '127.0.0.2'
const ALLOW = parseAllowList([`${PUBLIC}/32`])

const closers: (() => Promise<unknown>)[] = []

export function atEnd(close: () => Promise<unknown>): void {
  closers.push(close)
}

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

export interface Seen {
  port: number
  url: string
  connections: number
  requests: IncomingMessage[]
  sockets: Socket[]
  server: Server
}

export async function serve(answer: RequestListener, host = '127.0.0.1', port = 0): Promise<Seen> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    seen.requests.push(request)
    request.resume()
    answer(request, response)
  })
  server.on('connection', (socket) => {
    seen.connections++
    seen.sockets.push(socket)
  })
  server.listen(port, host)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  const url = `http://${host}:${bound}/hook`
  const seen: Seen = { port: bound, url, connections: 0, requests: [], sockets: [], server }
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return seen
}

export function open(options?: EgressOptions, allow: AllowList = ALLOW): Egress {
  const egress = createEgress(allow, options)
  atEnd(() => egress.close())
  return egress
}

export function post(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
  return {
    method: 'POST',
    url,
    headers: { 'x-a': 'b' },
    body: '{}',
    timeoutMs: 5_000,
    trusted: true,
    ...more,
  }
}

export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}

export const ok: RequestListener = (_, response) => void response.end('ok')
export const hang: RequestListener = () => {}

/** Answers each question with the next of these lists, the last for ever. */
export function answers(...lists: string[][]): {
  resolve: NonNullable<EgressOptions['resolve']>
  asked: () => number
} {
  let asked = 0
  return {
    asked: () => asked,
    resolve(_, callback) {
      const list = lists[Math.min(asked++, lists.length - 1)]!
      queueMicrotask(() =>
        callback(
          null,
          list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      )
    },
  }
}
