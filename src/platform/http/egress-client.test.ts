/** What the way out does with real servers. Long because every fault of a real server has its own case. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEgress, type Egress, type EgressOptions, type EgressRequest } from './egress-client.ts'
import { parseAllowList } from './egress-networks.ts'

/** Stands for a public address in these tests: loopback, but opened; 127.0.0.1 stays private. */
const PUBLIC = '127.0.0.2'
const ALLOW = parseAllowList([`${PUBLIC}/32`])

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closers.splice(0).reverse()) await close()
})

interface Seen {
  port: number
  url: string
  connections: number
  requests: IncomingMessage[]
  sockets: Socket[]
  server: Server
}

async function serve(answer: RequestListener, host = '127.0.0.1', port = 0): Promise<Seen> {
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
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return seen
}

function open(options?: EgressOptions): Egress {
  const egress = createEgress(ALLOW, options)
  closers.push(() => egress.close())
  return egress
}

function post(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
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

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}

const ok: RequestListener = (_, response) => void response.end('ok')
const hang: RequestListener = () => {}

/** Answers each question with the next of these lists, the last for ever. */
function answers(...lists: string[][]): {
  resolve: NonNullable<EgressOptions['resolve']>
  asked: () => number
} {
  let asked = 0
  return {
    asked: () => asked,
    resolve(_, callback) {
      const list = lists[Math.min(asked++, lists.length - 1)]!
      setImmediate(() =>
        callback(
          null,
          list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      )
    },
  }
}

describe('a trusted send', () => {
  it('delivers, and gives the answer back as a value', async () => {
    const seen = await serve((_, response) => {
      response.writeHead(201, { 'X-Many': ['a', 'b'], 'Retry-After': '7' }).end('taken')
    })
    const result = await open().send(post(`${seen.url}?a=1#f`))
    expect(result).toMatchObject({ outcome: 'response', status: 201, truncated: false })
    if (result.outcome !== 'response') throw new Error('unreachable')
    expect(result.headers).toMatchObject({ 'x-many': 'a, b', 'retry-after': '7' })
    expect(result.excerpt.toString()).toBe('taken')
    expect(result.latencyMs).toBeGreaterThan(0)
    expect(seen.requests[0]).toMatchObject({ method: 'POST', url: '/hook?a=1' })
    expect(seen.requests[0]!.headers).toMatchObject({ 'x-a': 'b', 'content-length': '2' })
  })

  it('knows no proxy', async () => {
    const [proxy, seen] = [await serve(ok), await serve(ok)]
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'https_proxy']) vi.stubEnv(name, proxy.url)
    expect(await open().send(post(seen.url))).toMatchObject({ status: 200 })
    expect([proxy.connections, seen.connections]).toEqual([0, 1])
  })

  it('does not follow a redirect', async () => {
    const inner = await serve(ok)
    const seen = await serve((_, response) => void response.writeHead(302, { location: inner.url }).end())
    const result = await open().send(post(seen.url))
    expect(result).toMatchObject({ outcome: 'response', status: 302, headers: { location: inner.url } })
    expect(inner.connections).toBe(0)
  })

  it('passes over informational answers', async () => {
    const seen = await serve((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('ok')
    })
    expect(await open().send(post(seen.url))).toMatchObject({ outcome: 'response', status: 200 })
  })

  it('uses sockets again and closes them when they idle', async () => {
    const seen = await serve(ok)
    const egress = open()
    for (let i = 0; i < 20; i++) expect(await egress.send(post(seen.url))).toMatchObject({ status: 200 })
    // A socket is free again one turn of the loop after its answer: two take turns.
    expect(seen.connections).toBeLessThanOrEqual(2)
    const startedMs = performance.now()
    await closed(seen.sockets[0]!)
    expect(performance.now() - startedMs).toBeLessThan(6_000)
  })

  it.each([
    ['a header with a line break', { headers: { 'x-a': 'b\r\nx-evil: 1' } }],
    ['a header name with a line break', { headers: { 'x-a\r\nx-evil': '1' } }],
    ['a header that only HTTP itself sets', { headers: { 'transfer-encoding': 'chunked' } }],
  ])('refuses %s before anything is sent', async (_, more) => {
    const seen = await serve(ok)
    expect(await open().send(post(seen.url, more))).toMatchObject({ outcome: 'refused', reason: 'request' })
    expect(seen.connections).toBe(0)
  })

  it.each(['', 'nonsense', 'ftp://example.com/', '/path'])('refuses the address %j', async (url) => {
    expect(await open().send(post(url))).toMatchObject({ outcome: 'refused', reason: 'not-a-url' })
  })
})

describe('an untrusted send', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '[::ffff:127.0.0.1]',
    '0',
    '[::1]',
    'a.localhost',
  ])('to %s is refused, and the server sees no connection', async (host) => {
    const seen = await serve(ok, '::')
    const result = await open().send(post(`http://${host}:${seen.port}/`, { trusted: false }))
    expect(result).toMatchObject({ outcome: 'refused' })
    expect(await open().send(post(`http://127.0.0.1:${seen.port}/`))).toMatchObject({ status: 200 })
    expect(seen.connections).toBe(1)
  })

  it('reaches a network that the operator has opened', async () => {
    const seen = await serve(ok, PUBLIC)
    expect(await open().send(post(seen.url, { trusted: false }))).toMatchObject({ status: 200 })
  })

  it('connects to the address that was checked, and asks anew for each connection (DNS rebinding)', async () => {
    const outside = await serve(
      (_, response) => void response.writeHead(200, { connection: 'close' }).end(),
      PUBLIC,
    )
    const inside = await serve(ok, '127.0.0.1', outside.port)
    const { resolve, asked } = answers([PUBLIC], ['127.0.0.1'])
    const egress = open({ resolve })
    const request = post(`http://rebind.example.com:${outside.port}/`, { trusted: false })
    expect(await egress.send(request)).toMatchObject({ outcome: 'response', status: 200 })
    expect([asked(), outside.connections, inside.connections]).toEqual([1, 1, 0])
    expect(await egress.send(request)).toMatchObject({ outcome: 'refused', reason: 'private-address' })
    expect([asked(), outside.connections, inside.connections]).toEqual([2, 1, 0])
  })

  it.each([
    ['A and AAAA, one of them private', [PUBLIC, '::1']],
    ['the private one first', ['127.0.0.1', PUBLIC]],
    ['a mapped private one', [PUBLIC, '::ffff:127.0.0.1']],
    ['one with a zone', [PUBLIC, 'fe80::1%lo']],
    ['metadata', ['169.254.169.254']],
    ['nonsense', ['300.1.1.1']],
  ])('is refused when a name resolves to %s', async (_, list) => {
    const seen = await serve(ok, PUBLIC)
    const egress = open(answers(list))
    const result = await egress.send(post(`http://mixed.example.com:${seen.port}/`, { trusted: false }))
    expect(result).toMatchObject({ outcome: 'refused', reason: 'private-address' })
    expect(JSON.stringify(result)).not.toContain(list.at(-1))
    expect(seen.connections).toBe(0)
  })

  it('tries the next checked address when the first does not answer', async () => {
    const seen = await serve(ok, PUBLIC)
    const allow = parseAllowList(['127.0.0.2/31'])
    const egress = createEgress(allow, answers(['127.0.0.3', PUBLIC]))
    closers.push(() => egress.close())
    const result = await egress.send(post(`http://two.example.com:${seen.port}/`, { trusted: false }))
    expect(result).toMatchObject({ outcome: 'response', status: 200 })
  })

  it('does not follow a redirect to a private address', async () => {
    const inside = await serve(ok)
    const seen = await serve(
      (_, response) => void response.writeHead(302, { location: inside.url }).end(),
      PUBLIC,
    )
    expect(await open().send(post(seen.url, { trusted: false }))).toMatchObject({ status: 302 })
    expect(inside.connections).toBe(0)
  })

  it.each([
    ['no address', []],
    ['an error', null],
  ])('ends as dns when the resolver gives %s', async (_, list) => {
    const missing = Object.assign(new Error('no such name'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
    const egress = open(list ? answers(list) : { resolve: (_, callback) => callback(missing, []) })
    const result = await egress.send(post('http://gone.example.com/', { trusted: false }))
    expect(result).toMatchObject({ outcome: 'unknown', error: 'dns' })
  })
})

describe('an answer that goes wrong', () => {
  it('is cut at 16 kB when its body never ends, and the socket is closed', async () => {
    const seen = await serve((_, response) => {
      response.writeHead(200)
      const pour = () => {
        while (response.write('x'.repeat(5_000)));
        response.once('drain', pour)
      }
      pour()
    })
    const result = await open().send(post(seen.url))
    expect(result).toMatchObject({ outcome: 'response', status: 200, truncated: true })
    if (result.outcome !== 'response') throw new Error('unreachable')
    expect(result.excerpt.toString()).toBe('x'.repeat(16_384))
    await closed(seen.sockets[0]!)
  })

  it('is whole when it is exactly as long as wanted', async () => {
    const seen = await serve((_, response) => void response.end('x'.repeat(100)))
    expect(await open().send(post(seen.url, { responseBytesMax: 100 }))).toMatchObject({ truncated: false })
    expect(await open().send(post(seen.url, { responseBytesMax: 99 }))).toMatchObject({ truncated: true })
  })

  it('counts by its status when its body hangs', async () => {
    const seen = await serve((_, response) => void response.writeHead(200).write('begun'))
    const result = await open().send(post(seen.url, { timeoutMs: 150 }))
    expect(result).toMatchObject({ outcome: 'response', status: 200, truncated: true })
  })

  it('counts by its status when its body breaks off', async () => {
    const seen = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
      setImmediate(() => request.socket.destroy())
    })
    const result = await open().send(post(seen.url))
    expect(result).toMatchObject({ outcome: 'response', status: 200, truncated: true })
  })

  it('is unknown, in time, when it never comes', async () => {
    const seen = await serve(hang)
    const startedMs = performance.now()
    const result = await open().send(post(seen.url, { timeoutMs: 300 }))
    const tookMs = performance.now() - startedMs
    expect(result).toMatchObject({ outcome: 'unknown', error: 'timeout', message: 'no answer within 300 ms' })
    expect(tookMs).toBeGreaterThanOrEqual(299)
    expect(tookMs).toBeLessThan(700)
    await closed(seen.sockets[0]!)
  })

  it.each([
    ['resets', 'reset', (socket: Socket) => socket.resetAndDestroy()],
    ['closes', 'reset', (socket: Socket) => socket.destroy()],
    [
      'closes in the middle of the head',
      'reset',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    ],
    ['speaks something else', 'protocol', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    [
      'sends a head without end',
      'protocol',
      (socket: Socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${`x-a: ${'b'.repeat(1_000)}\r\n`.repeat(40)}`)
      },
    ],
  ])('is unknown when the server %s', async (_, error, act) => {
    const server = createSocketServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => act(socket))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(async () => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await open().send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ outcome: 'unknown', error })
  })

  it('is unknown for each of many sends when nobody listens', async () => {
    const seen = await serve(ok)
    seen.server.close()
    await once(seen.server, 'close')
    closers.pop()
    const egress = open()
    const results = await Promise.all(Array.from({ length: 200 }, () => egress.send(post(seen.url))))
    for (const result of results) expect(result).toMatchObject({ outcome: 'unknown', error: 'connect' })
  })

  it('is unknown when the server does not speak TLS', async () => {
    const seen = await serve(ok)
    const result = await open().send(post(seen.url.replace('http:', 'https:')))
    expect(result).toMatchObject({ outcome: 'unknown', error: 'tls' })
  })
})

describe('giving up', () => {
  it('ends what is under way, and sends nothing when it was given up before', async () => {
    const seen = await serve(hang)
    const egress = open()
    const stop = new AbortController()
    const sending = egress.send(post(seen.url, { signal: stop.signal }))
    await once(seen.server, 'request')
    stop.abort()
    expect(await sending).toMatchObject({ outcome: 'unknown', error: 'aborted' })
    expect(await egress.send(post(seen.url, { signal: stop.signal }))).toMatchObject({ error: 'aborted' })
    expect(seen.requests).toHaveLength(1)
  })

  it('ends all as aborted when the egress closes, and what comes later too', async () => {
    const seen = await serve(hang)
    const egress = open()
    const sending = Array.from({ length: 70 }, () => egress.send(post(seen.url)))
    await once(seen.server, 'request')
    await egress.close()
    for (const result of await Promise.all(sending)) expect(result).toMatchObject({ error: 'aborted' })
    expect(await egress.send(post(seen.url))).toMatchObject({ outcome: 'unknown', error: 'aborted' })
  })

  it('does not take what came in time for late after this process stood still', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads')
       const server = require('node:http').createServer((_, response) => {
         parentPort.postMessage('asked')
         setTimeout(() => response.end('ok'), 50)
       }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`,
      { eval: true },
    )
    closers.push(() => worker.terminate())
    const [port] = (await once(worker, 'message')) as [number]
    const sending = open().send(post(`http://127.0.0.1:${port}/`, { timeoutMs: 200 }))
    await once(worker, 'message')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
    expect(await sending).toMatchObject({ outcome: 'response', status: 200 })
  })
})

describe('the wire', () => {
  it('never carries a request twice, whenever the server hangs up', async () => {
    const counts = new Map<string, number>()
    let n = 0
    const seen = await serve((request, response) => {
      const id = String(request.headers['x-id'])
      counts.set(id, (counts.get(id) ?? 0) + 1)
      n++
      if (n % 5 === 0) request.socket.resetAndDestroy()
      else if (n % 7 === 0) request.socket.destroy()
      else if (n % 11 === 0) response.end('bye', () => request.socket.destroy())
      else if (n % 13 === 0) response.writeHead(200, { connection: 'close' }).end()
      else response.end('ok')
    })
    const egress = open()
    const outcomes = await Promise.all(
      Array.from({ length: 600 }, async (_, i) => {
        const method = i % 2 === 0 ? 'POST' : 'GET'
        const body = method === 'POST' ? { body: '{}' } : { body: '' }
        const result = await egress.send(post(seen.url, { method, ...body, headers: { 'x-id': String(i) } }))
        return result.outcome
      }),
    )
    expect(new Set(outcomes)).toEqual(new Set(['response', 'unknown']))
    expect([...counts.values()].filter((count) => count > 1)).toEqual([])
    expect(outcomes.filter((outcome) => outcome === 'response').length).toBeLessThanOrEqual(counts.size)
  })

  it('never carries what was given up while it waited for a socket, and keeps the socket', async () => {
    const waiting: (() => void)[] = []
    const seen = await serve((_, response) => void waiting.push(() => response.end('ok')))
    const egress = open()
    const first = Array.from({ length: 64 }, () => egress.send(post(seen.url)))
    await vi.waitUntil(() => seen.requests.length === 64)
    const late = await Promise.all(
      Array.from({ length: 20 }, () => egress.send(post(seen.url, { timeoutMs: 60 }))),
    )
    for (const result of late) expect(result).toMatchObject({ outcome: 'unknown', error: 'timeout' })
    for (const release of waiting.splice(0)) release()
    for (const result of await Promise.all(first)) expect(result).toMatchObject({ status: 200 })
    const next = egress.send(post(seen.url))
    await vi.waitUntil(() => waiting.length === 1)
    waiting[0]!()
    expect(await next).toMatchObject({ status: 200 })
    expect([seen.requests.length, seen.connections]).toEqual([65, 64])
  })
})

describe('a packed answer', () => {
  const page = 'ticker '.repeat(10_000)
  const packing =
    (packed: Buffer): RequestListener =>
    (request, response) => {
      const wanted = request.headers['accept-encoding'] === 'gzip'
      response.writeHead(200, wanted ? { 'content-encoding': 'gzip' } : {}).end(wanted ? packed : page)
    }

  it('is asked for and unpacked on demand only', async () => {
    const seen = await serve(packing(gzipSync(page)))
    const get = post(seen.url, { method: 'GET', body: '', responseBytesMax: 4_000_000 })
    for (const decompress of [true, false]) {
      const result = await open().send({ ...get, decompress })
      if (result.outcome !== 'response') throw new Error(`no answer: ${result.message}`)
      expect(result.excerpt.toString()).toBe(page)
      expect(result.truncated).toBe(false)
      expect(result.headers).not.toHaveProperty('content-encoding')
    }
    expect(seen.requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', undefined])
  })

  it('is bounded when it is a bomb', async () => {
    const seen = await serve(packing(gzipSync(Buffer.alloc(100_000_000))))
    const result = await open().send(post(seen.url, { decompress: true, responseBytesMax: 200_000 }))
    if (result.outcome !== 'response') throw new Error(`no answer: ${result.message}`)
    expect([result.excerpt.length, result.truncated]).toEqual([200_000, true])
  })
})
