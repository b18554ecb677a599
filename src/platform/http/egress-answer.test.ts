import { once } from 'node:events'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { atEnd, closeAll, closed, hang, ok, open, post, serve } from './egress-loopback.ts'

afterEach(closeAll)

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
    expect(tookMs).toBeLessThan(1_500)
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
    atEnd(async () => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await open().send(post(`http://127.0.0.1:${port}/`))).toMatchObject({ outcome: 'unknown', error })
  })

  it('is unknown for each of many sends when nobody listens', async () => {
    const server = createSocketServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const url = `http://127.0.0.1:${port}/`
    const egress = open()
    const results = await Promise.all(Array.from({ length: 200 }, () => egress.send(post(url))))
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
    atEnd(() => worker.terminate())
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
