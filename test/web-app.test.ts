/** An operator's day in a real browser: first run, key, alert, destination, failure, replay, sell all, logout. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from './browser.ts'
import { requireService } from './services.ts'
import { post, type Program, type Sink } from './stage.ts'
import { openWeb, PASSWORD, type Web } from './web-stage.ts'

const SCREENS = [
  'Overview',
  'Signals',
  'Ranking',
  'Destinations',
  'Sell desk',
  'Inbox',
  'Webhook keys',
  'Users and plans',
  'Audit log',
  'System',
  'Account',
]

describe.skipIf(!requireService('chromium'))('the web app in Chromium', () => {
  let web: Web
  let sink: Sink
  let program: Program
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let errors: string[]
  /** The address of the sender's key, as the page showed it. */
  let hook = ''
  let n = 0

  const send = (ticker: string, side = 'BUY') => post(hook, { ticker, side, price: 10 + n, id: `w-${n++}` })
  const go = (name: string) => web.go(name)
  const shot = (name: string) => web.shot(name)

  beforeAll(async () => {
    web = await openWeb()
    ;({ sink, program, browser, context, page, errors } = web)
  })
  afterAll(() => web?.close())

  it('asks the first visitor for the administrator, and shows the overview', async () => {
    await page.goto(program.url)
    await page.getByLabel('Name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByRole('textbox', { name: 'Password' }).fill('too short')
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('alert').filter({ hasText: 'shorter than 12' }).waitFor()
    await shot('set up')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByText('● live').waitFor()
    // Whoever is not logged in hears 401 and 400, which Chromium writes to the console.
    errors.length = 0
  })

  it('makes a key, waits for its first alert, and shows the alert on its way to the destination', async () => {
    await go('Webhook keys')
    await page.getByLabel('Name of the sender').fill('TradingView')
    await page.getByRole('button', { name: 'Make a key' }).click()
    hook = (await page.getByText('/hooks/sbx_').first().textContent())!
    await page.getByText('Waiting for your first alert').waitFor()
    expect((await send('AAPL')).status).toBe(202)
    await page.getByText('The first alert has come.').waitFor()
    await shot('first alert')
    await go('Overview')
    const row = page.getByRole('table', { name: 'Last signals' }).getByRole('row').filter({ hasText: 'AAPL' })
    await row.getByText('delivered').waitFor()
    expect(sink.arrivals).toHaveLength(1)
  })

  it('says why a signal did not pass, with the facts', async () => {
    await send('ZZZZ')
    await go('Signals')
    await page.getByRole('table', { name: 'Signals' }).getByRole('link', { name: 'ZZZZ' }).click()
    await page.getByRole('heading', { name: 'ZZZZ buy' }).waitFor()
    await page.getByText('"topN": 15').first().waitFor()
    await shot('signal')
    expect(await seriousFindings(page)).toEqual([])
  })

  it('keeps a view of signals in the address', async () => {
    await go('Signals')
    await page.getByLabel('Ticker').fill('zz')
    await page.waitForURL(/ticker=/)
    await page.getByLabel('Ticker').fill('zzzz')
    await page.getByRole('table', { name: 'Signals' }).getByRole('link', { name: 'ZZZZ' }).waitFor()
    await page.reload()
    await expect.poll(() => page.getByLabel('Ticker').inputValue()).toBe('ZZZZ')
    await expect.poll(() => page.getByRole('table', { name: 'Signals' }).getByRole('row').count()).toBe(2)
  })

  it('finds signals by words, and keeps what was looked for under a name', async () => {
    await go('Signals')
    const rows = page.getByRole('table', { name: 'Signals' }).getByRole('row')
    await page.getByRole('searchbox', { name: 'Search' }).fill('zzz')
    await page.waitForURL(/q=zzz/)
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByLabel('Name of this view').fill('Strange ones')
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('menuitem', { name: 'Strange ones' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'All signals' }).click()
    await expect.poll(() => rows.count()).toBe(3)
    await page.reload()
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('menuitem', { name: 'Strange ones' }).click()
    await page.waitForURL(/q=zzz/)
    await shot('saved view')
  })

  it('goes through the rows by arrow keys', async () => {
    const region = page.getByRole('region', { name: 'Signals, may be scrolled' })
    await region.getByRole('link', { name: 'ZZZZ' }).waitFor()
    await region.focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('ZZZZ')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'ZZZZ buy' }).waitFor()
  })

  it('goes anywhere, and searches, by keyboard alone', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Command' }).fill('aapl')
    await page.getByRole('button', { name: 'Signals of AAPL' }).waitFor()
    await shot('palette')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Command' }).fill('rank')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Ranking' }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.getByRole('heading', { name: 'Signals' }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Search')
    await page.keyboard.type('zzz')
    await page.waitForURL(/q=zzz/)
  })

  it('draws the way of the signals, with their numbers', async () => {
    await go('Overview')
    const part = (name: string) => page.getByRole('region', { name, exact: true })
    await part('Sources').getByText('2 in the last hour, the last').waitFor()
    const line = part('Gate').getByRole('img', { name: 'Approved in each minute' })
    await expect
      .poll(() => line.getAttribute('aria-label'))
      .toBe('Approved in each minute of the last hour: 1 in all, at most 1 a minute')
    await part('Destinations').getByRole('link', { name: 'DEST_WEBHOOK_URL' }).click()
    await page.getByRole('heading', { name: 'DEST_WEBHOOK_URL' }).waitFor()
  })

  it('says where the milliseconds of a signal went', async () => {
    await go('Signals')
    await page.getByRole('table', { name: 'Signals' }).getByRole('link', { name: 'AAPL' }).click()
    const way = page.getByRole('group', { name: 'To DEST_WEBHOOK_URL' })
    await way.getByText('In the queue').waitFor()
    await way.getByText('Attempt 1, delivered').waitFor()
    await shot('milliseconds')
    expect(await seriousFindings(page)).toEqual([])
  })

  it('paints soon, and moves nothing while signals come in', async () => {
    const other = await context.newPage()
    await other.addInitScript(`
      globalThis.shift = 0
      new PerformanceObserver((list) => { for (const one of list.getEntries()) shift += one.value }).observe({ type: 'layout-shift', buffered: true })`)
    for (const [path, table] of [
      ['/', 'Last signals'],
      ['/signals', 'Signals'],
    ]) {
      await other.goto(`${program.url}${path}`)
      const rows = other.getByRole('table', { name: table! })
      await rows.getByRole('row').nth(2).waitFor()
      await other.getByText('● live').waitFor()
      await other.evaluate('shift = 0')
      const ticker = `LIVE${n}`
      await send(ticker)
      await rows.getByRole('link', { name: ticker, exact: true }).waitFor()
      expect(await other.evaluate('shift'), path).toBe(0)
      const paint = await other.evaluate<number>(
        `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
      )
      expect(paint, `first contentful paint of ${path}, ms`).toBeLessThan(1_500)
    }
    await other.close()
  })

  it('replays what a receiver refused', async () => {
    sink.answer = (_request, response) => void response.writeHead(400).end('not today')
    await send('MSFT')
    await go('Destinations')
    const letter = page
      .getByRole('table', { name: 'Dead letters' })
      .getByRole('row')
      .filter({ hasText: 'MSFT' })
    await expect
      .poll(
        async () => {
          await page.reload()
          await page.getByRole('table', { name: 'Destinations' }).waitFor()
          return letter.count()
        },
        { timeout: 10_000 },
      )
      .toBe(1)
    await shot('dead letters')
    sink.answer = (_request, response) => void response.writeHead(200).end()
    const before = sink.arrivals.length
    await letter.getByRole('button', { name: 'Replay' }).click()
    await letter.waitFor({ state: 'detached' })
    await expect.poll(() => sink.arrivals.length).toBe(before + 1)
  })

  it('makes a destination, tests it, and pauses it', async () => {
    await page.getByRole('button', { name: 'New destination' }).click()
    await page.getByLabel('Name').fill('Second')
    await page.getByLabel('Address').fill('ftp://nowhere')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('alert').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Address').fill(sink.url)
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('whsec_').waitFor()
    const row = page
      .getByRole('table', { name: 'Destinations' })
      .getByRole('row')
      .filter({ hasText: 'Second' })
    await row.getByRole('button', { name: 'Test' }).click()
    await page.getByRole('status').filter({ hasText: 'Second: delivered 200' }).waitFor()
    await page.keyboard.press('Escape')
    await row.getByRole('button', { name: 'Pause' }).click()
    await row.getByText('paused').waitFor()
  })

  it('sells what is open', async () => {
    await go('Sell desk')
    await page.getByRole('table', { name: 'Open tickers' }).getByText('AAPL').waitFor()
    await page.getByRole('button', { name: 'Sell all' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sell all' }).click()
    await page.getByText('Nothing is open.').waitFor()
    expect(sink.arrivals.some((one) => one.body.includes('"sell"'))).toBe(true)
  })

  it('invites an operator, who chooses a password by the link', async () => {
    await go('Users and plans')
    await page.getByLabel('Name').fill('Grace')
    await page.getByLabel('E-mail').fill('grace@example.com')
    await page.getByRole('button', { name: 'Invite' }).click()
    const link = (await page.getByText('/welcome#').textContent())!
    const other = await (await browser.newContext()).newPage()
    await other.goto(link)
    await other.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await other.getByRole('button', { name: 'Set the password' }).click()
    await other.getByRole('link', { name: 'To the login' }).click()
    await other.getByLabel('E-mail').fill('grace@example.com')
    await other.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await other.getByRole('button', { name: 'Log in' }).click()
    await other.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(await other.getByRole('link', { name: 'Audit log' }).count()).toBe(0)
    await other.context().close()
  })

  it('has no serious finding of axe and no error on its console, on any screen, on a desk and on a phone', async () => {
    for (const [size, colours] of [
      [{ width: 1280, height: 800 }, 'light'],
      [{ width: 390, height: 844 }, 'dark'],
    ] as const) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: colours })
      for (const name of SCREENS) {
        if (size.width < 700) await page.getByRole('button', { name: 'Menu', exact: true }).click()
        await go(name)
        await page.getByRole('heading', { name, exact: true }).waitFor()
        await shot(`${colours} ${name}`)
        expect(await seriousFindings(page), `${name}, ${colours}`).toEqual([])
        const width = await page.evaluate<number>('document.documentElement.scrollWidth')
        expect(width, `${name} is wider than the screen`).toBeLessThanOrEqual(size.width)
      }
    }
    expect(errors.filter((text) => !text.includes('400'))).toEqual([])
  }, 120_000)

  it('logs out, and the way back leads to the login', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: 'menu of Ada' }).click()
    await page.getByRole('menuitem', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    await page.goto(`${program.url}/signals`)
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })
})
