import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  createFailures,
  createGuard,
  createHttpServer,
  networkList,
  type HttpServer,
  type Identity,
} from '../../platform/http/index.ts'
import { createMemoryBus } from '../../platform/bus/index.ts'
import { createLogger, createMetrics, nowMs } from '../../platform/runtime/index.ts'
import { createHub, openStreamDesk, streamRoutes, type Hub, type StreamDesk } from './index.ts'

const TOKEN = 'a-token-for-tests-only-0001'
const bearer = { authorization: `Bearer ${TOKEN}` }
const VIEWER: Identity = {
  userId: '01890000-0000-7000-8000-000000000001',
  name: 'v',
  may: new Set(['own', 'read']),
  via: 'api-token',
}
const USER: Identity = { ...VIEWER, userId: '01890000-0000-7000-8000-000000000002', may: new Set(['own']) }

let hub: Hub
let desk: StreamDesk
let server: HttpServer
let url: string
const revoked = new Set<Identity>()

beforeAll(async () => {
  const log = createLogger({ level: 'fatal', format: 'json' })
  hub = createHub({ bus: createMemoryBus('test'), history: { eventsMax: 200, ageMsMax: 60_000 }, nowMs })
  desk = openStreamDesk({ hub, log, metrics: createMetrics(), revoked: async () => revoked })
  const guard = createGuard({
    adminToken: TOKEN,
    named: {},
    proxies: networkList([]),
    failures: createFailures(),
    identify: async (_request, token) => (token === 'viewer' ? VIEWER : token === 'user' ? USER : null),
  })
  server = await createHttpServer({
    log,
    version: 'test',
    proxies: networkList([]),
    guardDocs: guard.administer,
  })
  server.addHook('preClose', () => desk.stop())
  await streamRoutes(server, { guard, desk, preferred: async () => [] })
  await server.listen({ host: '127.0.0.1', port: 0 })
  url = `127.0.0.1:${(server.server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

type Message = ReturnType<typeof JSON.parse>

/** A client that keeps all it hears. */
async function open(headers: Record<string, string> = bearer) {
  const socket = new WebSocket(`ws://${url}/stream`, { headers })
  const heard: Message[] = []
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  socket.on('message', (data) => heard.push(JSON.parse((data as Buffer).toString())))
  await new Promise<void>((resolve, reject) => socket.on('open', resolve).on('error', reject))
  return {
    socket,
    heard,
    closed,
    say: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (count: number) => vi.waitUntil(() => heard.length >= count, { timeout: 5_000 }),
    offsets: (group: string) =>
      heard.filter((one) => one.op === 'event' && one.group === group).map((one) => one.offset),
  }
}

describe('the stream', () => {
  it('lets nobody in without a credential, and no page of another site', async () => {
    await expect(open({})).rejects.toThrow('401')
    await expect(open({ authorization: 'Bearer wrong' })).rejects.toThrow('401')
  })

  it('tells each reader of a group the same events, numbered, and stops when it is asked to', async () => {
    const [one, two] = [await open(), await open()]
    for (const client of [one, two]) client.say({ op: 'subscribe', id: 1, groups: ['signals'] })
    await one.until(1)
    await two.until(1)
    hub.publish('signals', { n: 1 })
    hub.publish('deliveries', { not: 'read' })
    hub.publish('signals', { n: 2 })
    await one.until(3)
    expect(one.heard.slice(1)).toEqual([
      { op: 'event', group: 'signals', offset: 1, data: { n: 1 } },
      { op: 'event', group: 'signals', offset: 2, data: { n: 2 } },
    ])
    await two.until(3)
    expect(two.heard.slice(1)).toEqual(one.heard.slice(1))
    one.say({ op: 'unsubscribe', id: 'bye', groups: ['signals'] })
    await one.until(4)
    hub.publish('signals', { n: 3 })
    await two.until(4)
    expect(one.heard).toHaveLength(4)
    for (const { socket } of [one, two]) socket.close()
  })

  it('gives whoever comes back what it missed, once and in order, and says when it cannot', async () => {
    const first = await open()
    first.say({ op: 'subscribe', groups: ['rankings.a'] })
    await first.until(1)
    const { epoch } = first.heard[0]!.groups['rankings.a']
    hub.publish('rankings.a', 1)
    await first.until(2)
    first.socket.terminate()
    await first.closed
    for (let n = 2; n <= 50; n++) hub.publish('rankings.a', n)
    const back = await open()
    back.say({ op: 'subscribe', id: 2, groups: ['rankings.a'], from: { 'rankings.a': { epoch, offset: 1 } } })
    hub.publish('rankings.a', 51)
    await expect.poll(() => back.offsets('rankings.a').at(-1)).toBe(51)
    expect(back.heard[0]!.groups['rankings.a']).toMatchObject({ recovered: true })
    expect(back.offsets('rankings.a')).toEqual(Array.from({ length: 50 }, (_, i) => i + 2))
    const lost = await open()
    for (const from of [
      { epoch: 'another', offset: 3 },
      { epoch, offset: 9_999 },
    ])
      lost.say({ op: 'subscribe', groups: ['rankings.a'], from: { 'rankings.a': from } })
    await lost.until(2)
    expect(lost.heard.map((one) => one.groups['rankings.a'].recovered)).toEqual([false, false])
    for (const { socket } of [back, lost]) socket.close()
  })

  it('answers what it cannot read or does not show with what was wrong, and stays', async () => {
    const client = await open({ authorization: 'Bearer user' })
    client.say('{')
    client.say({ op: 'fly', id: 7 })
    client.say({ op: 'subscribe', id: 8, groups: [] })
    client.say({ op: 'subscribe', id: 9, groups: ['signals'] })
    client.say({ op: 'subscribe', id: 10, groups: ['alerts.of-somebody'] })
    client.say({ op: 'ping', id: 11 })
    await client.until(6)
    expect(client.heard.map((one) => [one.op, one.id, one.code])).toEqual([
      ['error', undefined, 'bad-message'],
      ['error', 7, 'bad-message'],
      ['error', 8, 'bad-message'],
      ['error', 9, 'group-forbidden'],
      ['error', 10, 'group-unknown'],
      ['pong', 11, undefined],
    ])
    client.socket.close()
  })

  it('sends away who talks without end, and who may no longer be here', async () => {
    const loud = await open()
    for (let i = 0; i < 150; i++) loud.say({ op: 'ping' })
    expect((await loud.closed).code).toBe(4430)
    const viewer = await open({ authorization: 'Bearer viewer' })
    revoked.add(VIEWER)
    expect(await viewer.closed).toEqual({ code: 4401, reason: 'log in again' })
    revoked.clear()
  })

  it('holds no more connections of one user than its limit', async () => {
    const held = await Promise.all(Array.from({ length: 50 }, () => open({ authorization: 'Bearer viewer' })))
    const next = await open({ authorization: 'Bearer viewer' })
    expect((await next.closed).code).toBe(4429)
    for (const { socket } of held) socket.terminate()
  })

  it('lets go of a reader that does not read, and of its memory, while the others hear everything', async () => {
    const good = await open()
    good.say({ op: 'subscribe', groups: ['positions'] })
    await good.until(1)
    const stuck = connect(Number(url.split(':')[1]), '127.0.0.1')
    const request = `GET /stream HTTP/1.1\r\nHost: ${url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
    stuck.write(request)
    await new Promise<void>((resolve) => stuck.once('data', () => resolve()))
    const message = Buffer.from(JSON.stringify({ op: 'subscribe', groups: ['positions'] }))
    stuck.write(Buffer.concat([Buffer.from([0x81, 0x80 | message.length, 0, 0, 0, 0]), message]))
    await expect.poll(() => hub.present('positions')).toBe(2)
    stuck.pause()
    const gone = new Promise<void>((resolve) =>
      stuck.once('error', () => resolve()).once('close', () => resolve()),
    )
    let sent = 0
    while (hub.present('positions') === 2 && sent < 2_000) {
      hub.publish('positions', { n: ++sent, filling: 'x'.repeat(200_000) })
      await expect.poll(() => good.offsets('positions').at(-1)).toBe(sent)
    }
    expect(hub.present('positions')).toBe(1)
    stuck.resume()
    await gone
    expect(good.offsets('positions')).toEqual(Array.from({ length: sent }, (_, i) => i + 1))
    good.socket.close()
  })
})

describe('server-sent events', () => {
  /** Reads until `count` blocks have come. */
  async function read(count: number, lastEventId?: string) {
    const stop = new AbortController()
    const response = await fetch(`http://${url}/stream/sse?groups=metrics`, {
      headers: { ...bearer, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
      signal: stop.signal,
    })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const next = async () => {
      while (text.split('\n\n').length <= count) text += (await reader.read()).value ?? ''
      stop.abort()
      return text
        .split('\n\n')
        .slice(0, count)
        .map((block) => ({
          event: /^event: (.*)$/m.exec(block)![1]!,
          id: /^id: (.*)$/m.exec(block)![1]!,
          data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as Message,
        }))
    }
    return { response, next }
  }

  it('carry the same events, and resume by Last-Event-ID', async () => {
    const first = await read(3)
    expect(first.response.headers.get('content-type')).toBe('text/event-stream')
    await expect.poll(() => hub.present('metrics')).toBe(1)
    hub.publish('metrics', 'a')
    hub.publish('metrics', 'b')
    const blocks = await first.next()
    expect(blocks.map(({ event, data }) => [event, data.data])).toEqual([
      ['subscribed', undefined],
      ['event', 'a'],
      ['event', 'b'],
    ])
    await expect.poll(() => hub.present('metrics')).toBe(0)
    hub.publish('metrics', 'c')
    const again = await (await read(2, blocks[1]!.id)).next()
    expect(again[0]!.data.groups.metrics.recovered).toBe(true)
    expect(again[1]!.data).toMatchObject({ offset: 2, data: 'b' })
  })
})
