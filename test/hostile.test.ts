/** Hostile input at the running program: refused or taken as it is, never a 500, never a crash, nothing invalid stored. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, freshStore, get, openSink, post, startProgram } from './stage.ts'
import type { Program, Sink } from './stage.ts'

const DATA = '../shared/data/hostile'

describe.skipIf(!existsSync(DATA))('hostile input (shared data)', () => {
  let sink: Sink
  let store: Awaited<ReturnType<typeof freshStore>>
  let program: Program

  beforeAll(async () => {
    sink = await openSink()
    store = await freshStore()
    const env = { DEST_WEBHOOK_URL: sink.url, DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false', TOP_N: '0' }
    program = await startProgram({ ...store.env, ...env })
  })

  afterAll(async () => {
    await program?.stop()
    await store?.close()
    await sink?.close()
  })

  it('as tickers, strategies and whole bodies is answered 202 or 400, and what is stored is valid', async () => {
    const strings = JSON.parse(readFileSync(`${DATA}/blns.json`, 'utf8')) as string[]
    const lines = readFileSync(`${DATA}/xss.txt`, 'utf8').split('\n').slice(0, 100)
    for (const text of [...strings, ...lines]) {
      const bodies = [
        { ticker: text, side: 'BUY' },
        { ticker: 'AAPL', side: 'BUY', strategy: text, id: text.slice(0, 9) },
        text,
      ]
      for (const body of bodies) {
        const { status } = await post(`${program.url}/webhook/in`, body)
        expect([202, 400, 409], JSON.stringify(body)).toContain(status)
      }
    }
    const { items } = await get<{ items: { ticker: string }[] }>(`${program.url}/api/v1/signals?limit=500`)
    expect(items.length).toBeGreaterThan(10)
    for (const { ticker } of items) expect(ticker).toMatch(/^[A-Z0-9.:_/&-]{1,40}$/)
    expect((await fetch(`${program.url}/health/ready`)).status).toBe(200)
  }, 120_000)

  it('as addresses of destinations is refused, or is a public name', async () => {
    const urls = readFileSync(`${DATA}/ssrf-urls.txt`, 'utf8').split('\n').filter(Boolean)
    for (const [i, url] of urls.entries()) {
      const { status, body } = await post(
        `${program.url}/api/v1/destinations`,
        { name: `d${i}`, url },
        asAdmin,
      )
      expect([201, 400], url).toContain(status)
      if (status === 400) expect(body['field'], url).toBe('url')
    }
  }, 60_000)

  it.each([
    ['a body of 300 kB', 'x'.repeat(300_000), 413],
    ['100,000 levels', '['.repeat(100_000), 400],
    ['two sides', '{"ticker":"AAPL","side":"BUY","side":"SELL"}', 400],
    ['a prototype', '{"ticker":"AAPL","side":"BUY","__proto__":{"polluted":1}}', 400],
    ['nothing', '', 400],
  ])('%s is refused', async (_title, body, status) => {
    expect((await post(`${program.url}/webhook/in`, body)).status).toBe(status)
  })
})
