import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEgress, networkList } from '../platform/http/index.ts'
import { createSourceReader, type Politeness } from './read-source.ts'
import { renderScreenerPage } from './simulated-page.ts'

const FOLDER = '../shared/data/finviz'
const recorded = (file: string): string => readFileSync(`${FOLDER}/${file}`, 'utf8')
const tickers = (count: number) => Array.from({ length: count }, (_, i) => `T${i + 1}`)

let url: string
let answer: (query: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void
let asked: string[] = []

const server = createServer((request, response) => {
  asked.push(request.url!)
  answer(new URL(request.url!, url).searchParams, response, request)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => void (asked = []))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const reader = (politeness: Partial<Politeness> = {}) =>
  createSourceReader(createEgress(networkList([])), { perPage: 20, requestsPerMinute: 1_000, ...politeness })

const read = (depth = 15, politeness: Partial<Politeness> = {}, path = '/screener.ashx?v=111') =>
  reader(politeness).read({ kind: 'finviz', url: url + path }, true, depth)

/** A screener over this list, page by page. */
const serve =
  (list: readonly string[], perPage = 20): typeof answer =>
  (query, response) =>
    void response.end(renderScreenerPage(list, Number(query.get('r') ?? 1), perPage))

const body = (text: string, status = 200) =>
  (answer = (_query, response) => void response.writeHead(status).end(text))

describe('a screener', () => {
  it('is read as many pages deep as the gate needs, and no deeper', async () => {
    answer = serve(tickers(95))
    expect(await read(45)).toEqual({ outcome: 'ok', tickers: tickers(60), total: 95 })
    expect(asked).toEqual(['/screener.ashx?v=111', '/screener.ashx?v=111&r=21', '/screener.ashx?v=111&r=41'])
  })

  it('is read to its end when it is shorter than the gate needs', async () => {
    answer = serve(tickers(23))
    expect(await read(500)).toEqual({ outcome: 'ok', tickers: tickers(23), total: 23 })
    expect(asked).toHaveLength(2)
  })

  it('has a hundred rows a page with Elite', async () => {
    answer = serve(tickers(150), 100)
    expect(await read(120, { perPage: 100 })).toMatchObject({ outcome: 'ok', tickers: tickers(150) })
    expect(asked).toHaveLength(2)
  })

  it('may answer compressed', async () => {
    answer = (_query, response) =>
      void response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(renderScreenerPage(tickers(5), 1)))
    expect(await read()).toEqual({ outcome: 'ok', tickers: tickers(5), total: 5 })
  })

  it('that shows fewer rows than it says it has is partial, with the figures', async () => {
    body(renderScreenerPage(tickers(9), 1).replace('/ 9 Total', '/ 95 Total'))
    expect(await read()).toMatchObject({ outcome: 'partial', message: '9 of 20 rows came, of 95 in all.' })
  })

  it('that moves between two of its pages is partial, not a list with a hole or a double', async () => {
    answer = (query, response) => {
      const list = query.has('r') ? ['NEW', ...tickers(40)] : tickers(40)
      response.end(renderScreenerPage(list, Number(query.get('r') ?? 1)))
    }
    expect((await read(40)).outcome).toBe('partial')
  })

  it.each([
    ['<title>Just a moment...</title>', 200, 'blocked'],
    ['no', 403, 'blocked'],
    ['no', 429, 'rate-limited'],
    ['', 200, 'empty-body'],
    ['<p>Something else entirely</p>', 200, 'unknown-shape'],
    ['oh', 500, 'unreachable'],
    ['x'.repeat(4_000_001), 200, 'unknown-shape'],
  ])('that answers like this is named: %.40s %s %s', async (text, status, outcome) => {
    body(text, status)
    expect((await read()).outcome).toBe(outcome)
  })

  it('that says "Too many requests" with a 200 is asked again a little later', async () => {
    answer = (query, response, request) =>
      asked.length === 1
        ? void response.end('Too many requests.')
        : serve(tickers(3))(query, response, request)
    expect(await read()).toMatchObject({ outcome: 'ok', tickers: tickers(3) })
  })

  it('that is away is unreachable', async () => {
    expect(
      await reader().read({ kind: 'finviz', url: 'http://127.0.0.1:9/screener.ashx' }, true, 15),
    ).toMatchObject({ outcome: 'unreachable' })
  })

  it('on a private address is refused when a user named it', async () => {
    answer = serve(tickers(3))
    const reading = await reader().read({ kind: 'finviz', url: `${url}/screener.ashx` }, false, 15)
    expect(reading.outcome).toBe('address-refused')
    expect(asked).toEqual([])
  })
})

describe.skipIf(!existsSync(FOLDER))('recorded answers (shared data)', () => {
  it('of two pages become one list', async () => {
    answer = (query, response) =>
      void response.end(recorded(`html/old-2021-05-06-v110-overview-r${query.get('r') ?? '1'}.html`))
    const reading = await read(40, {}, '/screener.ashx?v=110')
    expect(reading.outcome === 'ok' && reading.tickers.length).toBe(31)
  })

  it('of the Elite export become a list, and the token is in no message', async () => {
    answer = (query, response) =>
      void response.end(
        query.get('auth') === 'elite-token'
          ? recorded('csv/elite-export-v152-intraday-17cols.csv')
          : '<html>log in</html>',
      )
    const good = await read(15, { apiToken: 'elite-token' })
    expect(good.outcome === 'ok' && good.tickers.length).toBeGreaterThan(0)
    expect(asked[0]).toMatch(/^\/export\.ashx\?v=111&auth=elite-token$/)
    const wrong = await read(15, { apiToken: 'another' })
    expect(wrong.outcome).toBe('blocked')
    expect(JSON.stringify(wrong)).not.toContain('another')
  })
})

describe('an Elite login', () => {
  const login = () => ({ email: 'a@example.com', password: 'hunter2', url: `${url}/login_submit.ashx` })
  const screener: typeof answer = (query, response, request) => {
    if (request.method === 'POST')
      return void response.writeHead(302, { 'set-cookie': ['session=s1; Path=/', 'kind=elite'] }).end()
    if (!request.headers.cookie?.includes('session=s1; kind=elite')) return void response.end('')
    serve(tickers(100), 100)(query, response, request)
  }

  it('is made once, and its session used from then on', async () => {
    answer = screener
    const elite = reader({ perPage: 100, login: login() })
    const source = { kind: 'finviz', url: `${url}/screener.ashx?v=111` } as const
    for (let i = 0; i < 2; i++)
      expect(await elite.read(source, true, 15)).toMatchObject({ outcome: 'ok', total: 100 })
    expect(asked.filter((one) => one.startsWith('/login'))).toHaveLength(1)
  })

  it('is made anew when its session has run out', async () => {
    let valid = true
    answer = (query, response, request) =>
      valid || request.method === 'POST' ? screener(query, response, request) : void response.end('')
    const elite = reader({ perPage: 100, login: login() })
    const source = { kind: 'finviz', url: `${url}/screener.ashx?v=111` } as const
    await elite.read(source, true, 15)
    valid = false
    expect((await elite.read(source, true, 15)).outcome).toBe('empty-body')
    valid = true
    expect((await elite.read(source, true, 15)).outcome).toBe('ok')
    expect(asked.filter((one) => one.startsWith('/login'))).toHaveLength(2)
  })

  it('that is refused is named so, without the password', async () => {
    body('wrong', 401)
    const reading = await read(15, { login: login() })
    expect(reading).toMatchObject({ outcome: 'login-refused' })
    expect(JSON.stringify(reading)).not.toContain('hunter2')
  })
})

describe('a list of one’s own', () => {
  it('comes from CSV, by its Ticker column or a named one', async () => {
    body('Rank,Ticker,Sector\n1,aapl,Tech\n2,"BRK.B",Fin\n')
    const csv = await reader().read({ kind: 'csv', url }, true, 15)
    expect(csv).toEqual({ outcome: 'ok', tickers: ['AAPL', 'BRK.B'], total: 2 })
    const named = await reader().read({ kind: 'csv', url, column: 'sector' }, true, 15)
    expect(named).toEqual({ outcome: 'ok', tickers: ['TECH', 'FIN'], total: 2 })
    const missing = await reader().read({ kind: 'csv', url, column: 'isin' }, true, 15)
    expect(missing).toEqual({ outcome: 'unknown-shape', message: 'The CSV has no column named isin.' })
  })

  it('comes from JSON, at a path, as texts or as objects', async () => {
    body(JSON.stringify({ data: { rows: [{ symbol: 'nvda' }, 'AMD', { ticker: 'TSLA' }] } }))
    const json = await reader().read({ kind: 'json', url, path: 'data.rows' }, true, 15)
    expect(json).toEqual({ outcome: 'ok', tickers: ['NVDA', 'AMD', 'TSLA'], total: 3 })
    const astray = await reader().read({ kind: 'json', url, path: 'data.list' }, true, 15)
    expect(astray).toMatchObject({ outcome: 'unknown-shape', message: 'There is no list at "data.list".' })
  })

  it('is taken as it stands when it is static', async () => {
    const reading = await reader().read({ kind: 'static', tickers: ['A', 'B', 'A'] }, true, 15)
    expect(reading).toMatchObject({ outcome: 'ok', tickers: ['A', 'B'] })
  })
})

it('asks no faster than the limit allows', async () => {
  answer = serve(tickers(60))
  const slow = reader({ requestsPerMinute: 2 })
  const source = { kind: 'finviz', url: `${url}/screener.ashx?v=111` } as const
  void slow.read(source, true, 60)
  await expect.poll(() => asked.length).toBe(2)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(asked).toHaveLength(2)
})
