/** The stream of the whole program: what happens is told, to who may know, across processes, and across a crash. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openAccounts, type Accounts } from './account-stage.ts'
import { freshDatabase } from './database.ts'
import { openRedis } from './redis.ts'
import { requireService } from './services.ts'
import { asAdmin, freshDataDirectory, openSink, post, startProgram, until } from './stage.ts'
import type { Program } from './stage.ts'

type Message = ReturnType<typeof JSON.parse>

/** A client as a careful person writes one: it remembers where it is in each group. */
async function listen(url: string, headers: Record<string, string>, groups: string[], from?: object) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stream`, { headers })
  const heard: Message[] = []
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data) => heard.push(JSON.parse((data as Buffer).toString())))
  socket.on('error', () => {})
  await new Promise<void>((resolve, reject) => socket.on('open', resolve).on('close', reject))
  socket.send(JSON.stringify({ op: 'subscribe', id: 1, groups, ...(from && { from }) }))
  await until(() => heard.length > 0)
  const events = (group: string) => heard.filter((one) => one.op === 'event' && one.group === group)
  return { socket, heard, closed, events }
}

describe('one process', () => {
  let accounts: Accounts
  beforeAll(async () => void (accounts = await openAccounts()))
  afterAll(() => accounts?.close())

  const send = (ticker: string) =>
    post(`${accounts.url}/webhook/in`, { ticker, side: 'BUY', price: 1, id: `s-${ticker}` })

  it('tells a viewer of each signal once it is written, with its decision', async () => {
    const { cookie } = await accounts.makeUser('viewer')
    const client = await listen(accounts.url, accounts.inBrowser(cookie), ['signals', 'metrics'])
    const { body } = await send('AAPL')
    await until(() => client.events('signals').length === 1)
    expect(client.events('signals')[0].data).toMatchObject({
      id: body['id'],
      ticker: 'AAPL',
      side: 'buy',
      decision: 'approved',
    })
    await until(() => client.events('metrics').length > 0)
    expect(client.events('metrics')[0].data).toHaveProperty('pending')
    client.socket.close()
  })

  it('begins with the groups that its reader prefers and may read, and drops one when told', async () => {
    const { cookie } = await accounts.makeUser('viewer')
    const headers = accounts.inBrowser(cookie)
    const preferences = { subscriptions: ['signals', 'orders', 'metrics'] }
    expect((await accounts.call('PATCH', '/api/v1/me', { preferences }, headers)).status).toBe(200)
    const client = await listen(accounts.url, headers, ['deliveries'])
    const begun = client.heard.find((one) => one.op === 'subscribed')
    expect(Object.keys(begun.groups)).toEqual(['signals', 'metrics'])
    await send('MINE')
    await until(() => client.events('signals').length > 0)
    client.socket.send(JSON.stringify({ op: 'unsubscribe', id: 2, groups: ['signals'] }))
    await until(() => client.heard.some((one) => one.op === 'unsubscribed'))
    const before = client.events('signals').length
    const metrics = client.events('metrics').length
    await send('MINE2')
    await until(() => client.events('metrics').length > metrics)
    expect(client.events('signals')).toHaveLength(before)
    client.socket.close()
  })

  it('does not let a page of another site listen, nor somebody without a session', async () => {
    const { cookie } = await accounts.makeUser('viewer')
    for (const headers of [{ cookie, origin: 'https://evil.example' }, {}, { cookie: 'signalbox=nothing' }])
      await expect(listen(accounts.url, headers as Record<string, string>, ['signals'])).rejects.toBeDefined()
  })

  it('opens to a ticket, once', async () => {
    const { cookie } = await accounts.makeUser('viewer')
    const { body } = await accounts.call('POST', '/api/v1/stream-ticket', {}, accounts.inBrowser(cookie))
    const url = (ticket: string) => {
      const address = new URL(`${accounts.url.replace('http', 'ws')}/stream`)
      address.searchParams.set('ticket', ticket)
      return address
    }
    const open = (ticket: string) =>
      new Promise<WebSocket>((resolve, reject) => {
        const socket = new WebSocket(url(ticket))
        socket.on('open', () => resolve(socket)).on('error', reject)
      })
    const socket = await open(body.ticket)
    await expect(open(body.ticket)).rejects.toThrow('401')
    await expect(open('sbx_ticket_nothing')).rejects.toThrow('401')
    socket.close()
  })

  it('sends its user away within a moment of their logout, and of another role', async () => {
    const leaver = await accounts.makeUser('viewer')
    const changed = await accounts.makeUser('operator')
    const clients = await Promise.all(
      [leaver, changed].map(({ cookie }) => listen(accounts.url, accounts.inBrowser(cookie), ['signals'])),
    )
    await accounts.call('POST', '/api/v1/logout', {}, accounts.inBrowser(leaver.cookie))
    await accounts.call('PATCH', `/api/v1/users/${changed.id}`, { role: 'user' }, asAdmin)
    expect(await Promise.all(clients.map((client) => client.closed))).toEqual([4401, 4401])
  })
})

describe.skipIf(!requireService('postgres') || !requireService('redis'))(
  'two gateways on PostgreSQL and Redis',
  () => {
    let redis: Awaited<ReturnType<typeof openRedis>>
    let database: Awaited<ReturnType<typeof freshDatabase>>
    let sink: Awaited<ReturnType<typeof openSink>>
    let folder: Awaited<ReturnType<typeof freshDataDirectory>>
    let one: Program
    let two: Program
    let n = 0

    const start = () =>
      startProgram({
        DATA_DIR: folder.path,
        DATABASE_URL: database.url!,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        DEST_WEBHOOK_URL: sink.url,
        DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
        TOP_N: '0',
      })
    const send = (program: Program, ticker = `T${n % 7}`) =>
      post(`${program.url}/webhook/in`, { ticker, side: 'BUY', price: 1, id: `r-${n++}` })

    beforeAll(async () => {
      redis = await openRedis()
      database = await freshDatabase({ server: requireService('postgres')! })
      sink = await openSink()
      folder = await freshDataDirectory()
      ;[one, two] = [await start(), await start()]
    })
    afterAll(async () => {
      await Promise.all([one?.stop(), two?.stop()])
      await database?.close()
      await redis?.close()
      await sink?.close()
      await folder?.close()
    })

    it('tell the readers of both of what happened at either', async () => {
      const clients = [
        await listen(one.url, asAdmin, ['signals']),
        await listen(two.url, asAdmin, ['signals']),
      ]
      for (let i = 0; i < 20; i++) await send(i % 2 ? one : two)
      for (const { events } of clients) await until(() => events('signals').length === 20)
      const told = clients.map(({ events }) => events('signals').map((one) => [one.offset, one.data.id]))
      expect(told[0]).toEqual(told[1])
      for (const { socket } of clients) socket.close()
    })

    it('let the readers of one that was killed go on at the other, with no gap and nothing twice', async () => {
      const before = await listen(one.url, asAdmin, ['signals'])
      const { epoch } = before.heard[0].groups.signals
      for (let i = 0; i < 10; i++) await send(two)
      await until(() => before.events('signals').length >= 5)
      await one.kill()
      for (let i = 0; i < 10; i++) await send(two)
      const seen = before.events('signals').map((one) => one.offset as number)
      const after = await listen(two.url, asAdmin, ['signals'], { signals: { epoch, offset: seen.at(-1) } })
      expect(after.heard[0].groups.signals.recovered).toBe(true)
      const first = seen[0]!
      await until(() => seen.length + after.events('signals').length >= 20)
      const all = [...seen, ...after.events('signals').map((one) => one.offset as number)]
      expect(all).toEqual(Array.from({ length: 20 }, (_, i) => first + i))
      after.socket.close()
      one = await start()
    })

    it('go on accepting and delivering without Redis, and tell again when it is back', async () => {
      const client = await listen(one.url, asAdmin, ['signals'])
      await redis.kill()
      const answers = await Promise.all(Array.from({ length: 5 }, () => send(two)))
      expect(answers.map((one) => one.status)).toEqual([202, 202, 202, 202, 202])
      const hasArrived = (id: unknown) => sink.arrivals.some((one) => one.body.includes(String(id)))
      await until(() => answers.every(({ body }) => hasArrived(body['id'])))
      await redis.start()
      const sent = new Set<string>()
      await until(async () => {
        sent.add((await send(two)).body['id'] as string)
        return client.events('signals').some((one) => sent.has(one.data.id))
      })
      expect(
        client.heard.some((one) => one.op === 'subscribed' && one.groups.signals?.recovered === false),
      ).toBe(true)
      client.socket.close()
    }, 60_000)
  },
)
