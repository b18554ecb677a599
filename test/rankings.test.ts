/** Rankings at work: what enters and leaves, previews, pauses, staleness, and one process that looks for all. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderScreenerPage } from '../src/rankings/index.ts'
import { freshDatabase } from './database.ts'
import { requireService } from './services.ts'
import {
  asAdmin,
  freshDataDirectory,
  freshStore,
  get,
  openScreener,
  post,
  startProgram,
  until,
} from './stage.ts'
import type { Program } from './stage.ts'

interface View {
  tickers: { ticker: string }[]
  entered: string[]
  left: string[]
  stale: boolean
  paused: boolean
  outcome: string | null
  stale_policy: string
}

type Screener = Awaited<ReturnType<typeof openScreener>>

const list = async ({ url }: Program) => {
  const view = await get<View>(`${url}/rankings/finviz`)
  return { ...view, names: view.tickers.map(({ ticker }) => ticker) }
}
const shows = (program: Program, tickers: string[]) =>
  until(async () => (await list(program)).names.join() === tickers.join())

describe('the gate’s ranking', () => {
  let store: Awaited<ReturnType<typeof freshStore>>
  let screener: Screener
  let program: Program
  let folder: string
  const file = () => join(folder, 'finviz_config.json')
  const ask = (verb: string, body?: unknown) => post(`${program.url}/finviz/${verb}`, body ?? {}, asAdmin)

  beforeAll(async () => {
    store = await freshStore()
    screener = await openScreener(['AAPL', 'MSFT'])
    folder = await mkdtemp(join(tmpdir(), 'signalbox-rankings-'))
    program = await startProgram({
      ...store.env,
      FINVIZ_URL: screener.url,
      FINVIZ_REFRESH_SEC: '1',
      FINVIZ_MAX_AGE_SEC: '3',
      FINVIZ_STALE_POLICY: 'hold',
      FINVIZ_CONFIG_FILE: file(),
      EGRESS_ALLOW: '127.0.0.0/8',
    })
    await shows(program, ['AAPL', 'MSFT'])
  })
  afterAll(async () => {
    await program?.stop()
    await store?.close()
    await screener?.close()
    await rm(folder, { recursive: true })
  })

  it('says what entered and what left, now and of the past', async () => {
    screener.page = renderScreenerPage(['NVDA', 'AAPL'], 1)
    await shows(program, ['NVDA', 'AAPL'])
    expect(await list(program)).toMatchObject({ entered: ['NVDA'], left: ['MSFT'] })
    screener.page = renderScreenerPage(['MSFT', 'AAPL'], 1)
    await shows(program, ['MSFT', 'AAPL'])
    const { items } = await get<{ items: { entered: string[]; taken_at: string }[] }>(
      `${program.url}/rankings/finviz/history?limit=2`,
    )
    expect(items.map(({ entered }) => entered)).toEqual([['MSFT'], ['NVDA']])
    const then = encodeURIComponent(items[1]!.taken_at)
    const past = await get<{ items: { tickers: string[] }[] }>(
      `${program.url}/rankings/finviz/history?limit=1&until=${then}`,
    )
    expect(past.items[0]!.tickers).toEqual(['NVDA', 'AAPL'])
  })

  it('knows the stays of a ticker in the list', async () => {
    const stays = async (ticker: string) =>
      (
        await get<{ items: { from: string; to: string | null; rank: number }[] }>(
          `${program.url}/rankings/finviz/tickers/${ticker}`,
        )
      ).items
    expect(await stays('msft')).toMatchObject([
      { to: null, rank: 1 },
      { to: expect.any(String), rank: 2 },
    ])
    expect(await stays('NVDA')).toMatchObject([{ to: expect.any(String), rank: 1 }])
    expect(await stays('ZZZZ')).toEqual([])
  })

  it('shows of a screener what it would give, without taking it', async () => {
    const other = await openScreener(['TSLA', 'MSFT'])
    const { status, body } = await ask('preview', { url: other.url })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ok: true,
      tickers: [
        { rank: 1, ticker: 'TSLA' },
        { rank: 2, ticker: 'MSFT' },
      ],
      entered: ['TSLA'],
      left: ['AAPL'],
    })
    other.page = '<html><body>Nothing here</body></html>'
    expect((await ask('preview', { url: other.url })).body).toMatchObject({
      ok: false,
      message: expect.stringMatching(/./),
    })
    expect((await ask('preview', { url: 'http://169.254.169.254/latest' })).body).toMatchObject({
      status: 400,
      field: 'url',
    })
    expect((await list(program)).names).toEqual(['MSFT', 'AAPL'])
    await other.close()
  })

  it('is left as it is while it is paused, becomes stale, and is read at once when asked', async () => {
    await ask('pause')
    screener.page = renderScreenerPage(['AMD'], 1)
    await until(async () => (await list(program)).stale)
    expect(await list(program)).toMatchObject({ names: ['MSFT', 'AAPL'], paused: true, stale_policy: 'hold' })
    await ask('refresh')
    await shows(program, ['AMD'])
    expect((await list(program)).paused).toBe(true)
    await ask('resume')
    screener.page = renderScreenerPage(['AMD', 'INTC'], 1)
    await shows(program, ['AMD', 'INTC'])
  })

  it('keeps the last good list when the screener shows something else, and says so', async () => {
    const before = screener.page
    screener.page = '<html><title>Just a moment...</title></html>'
    await until(async () => (await list(program)).outcome !== 'ok')
    expect((await list(program)).names).toEqual(['AMD', 'INTC'])
    screener.page = before
    await until(async () => (await list(program)).outcome === 'ok')
  })

  it('takes over what is written to its config file, and writes there what is changed elsewhere', async () => {
    const topN = async () => (await get<{ top_n: number }>(`${program.url}/finviz/config`)).top_n
    await writeFile(file(), JSON.stringify({ top_n: 9 }))
    await until(async () => (await topN()) === 9)
    await ask('config', { top_n: 7 })
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ top_n: 7, refresh: 1 })
    await writeFile(file(), '{"top_n": -1}')
    await writeFile(file(), JSON.stringify({ top_n: 8 }))
    await until(async () => (await topN()) === 8)
  })
})

describe.skipIf(!requireService('postgres'))('two gateways on PostgreSQL', () => {
  it('ask the screener once for both, and the other goes on when one is gone', async () => {
    const server = requireService('postgres')!
    const database = await freshDatabase({ server })
    const dataDir = await freshDataDirectory()
    const screener = await openScreener(['AAPL'])
    const start = () =>
      startProgram({
        DATABASE_URL: database.url!,
        DATA_DIR: dataDir.path,
        ROLES: 'gateway',
        FINVIZ_URL: screener.url,
        FINVIZ_REFRESH_SEC: '1',
        EGRESS_ALLOW: '127.0.0.0/8',
      })
    const programs = [await start(), await start()] as const
    for (const program of programs) await shows(program, ['AAPL'])
    const looks = async (program: Program) => {
      const text = await (await fetch(`${program.url}/metrics`, { headers: asAdmin })).text()
      return Number(/ranking_looks_total\{outcome="ok"\} (\d+)/.exec(text)?.[1] ?? 0)
    }
    await until(async () => (await looks(programs[0])) + (await looks(programs[1])) > 2)
    expect([await looks(programs[0]), await looks(programs[1])]).toContain(0)
    const lookedFirst = (await looks(programs[0])) > 0
    const [one, other] = lookedFirst ? programs : [programs[1], programs[0]]
    await one.kill()
    screener.page = renderScreenerPage(['MSFT'], 1)
    // A lease lasts two looks and half a minute.
    await until(async () => (await list(other)).names.join() === 'MSFT', 60_000)
    await other.stop()
    await Promise.all([screener.close(), dataDir.close(), database.close()])
  }, 120_000)
})
