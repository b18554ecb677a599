import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answers, closeAll, closed, ok, open, post, PUBLIC, serve } from './egress-loopback.ts'
import { parseAllowList } from './egress-networks.ts'

afterEach(async () => {
  vi.unstubAllEnvs()
  await closeAll()
})

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
    const egress = open(answers(['127.0.0.3', PUBLIC]), allow)
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
