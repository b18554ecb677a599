/** The web app as a person meets it: the whole program, a screener, a receiver, and Chromium with a page of it. */
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { consoleErrors, openBrowser, seriousFindings } from './browser.ts'
import { freshStore, openScreener, openSink, startProgram } from './stage.ts'

export const PASSWORD = 'correct horse battery'
const SHOTS = process.env['SCREENSHOTS']

/** A receiver on this machine, a screener that lists AAPL, MSFT and NVDA, and keys required of senders. */
export async function openWeb(env: Record<string, string> = {}) {
  const store = await freshStore()
  const sink = await openSink()
  const screener = await openScreener(['AAPL', 'MSFT', 'NVDA'])
  const program = await startProgram({
    ...store.env,
    WEBHOOK_AUTH: 'required',
    DEST_WEBHOOK_URL: sink.url,
    DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
    FINVIZ_URL: screener.url,
    FINVIZ_REFRESH_SEC: '1',
    EGRESS_ALLOW: '127.0.0.0/8',
    ...env,
  })
  const browser = await openBrowser()
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const errors = consoleErrors(page)

  const shot = async (name: string) => {
    if (SHOTS)
      await page.screenshot({
        path: `${SHOTS}/${name.replaceAll(' ', '-').toLowerCase()}.png`,
        fullPage: true,
      })
  }

  return {
    sink,
    screener,
    program,
    browser,
    context,
    page,
    errors,
    /** Keeps a picture in `SCREENSHOTS`, where that is set. */
    shot,
    /** Makes the first administrator by hand. */
    async enter() {
      await page.goto(program.url)
      await page.getByLabel('Name').fill('Ada')
      await page.getByLabel('E-mail').fill('ada@example.com')
      await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Make the account' }).click()
      await page.getByRole('heading', { name: 'Overview' }).waitFor()
      await page.getByText('● live').waitFor()
      // Whoever is not logged in hears 401 and 400, which Chromium writes to the console.
      errors.length = 0
    },
    /** Follows a link of the menu. */
    go: (name: string) =>
      page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name, exact: true }).click(),
    async close() {
      await browser.close()
      await program.stop()
      await store.close()
      await Promise.all([sink.close(), screener.close()])
    },
  }
}
export type Web = Awaited<ReturnType<typeof openWeb>>

/** What holds of a screen on a desk in light and on a phone in dark: axe finds nothing serious, nothing sticks out. */
export async function expectGood(page: Page, name: string, shot: Web['shot']): Promise<void> {
  for (const [size, colours] of [
    [{ width: 1280, height: 800 }, 'light'],
    [{ width: 390, height: 844 }, 'dark'],
  ] as const) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme: colours })
    expect(await seriousFindings(page), `${name}, ${colours}`).toEqual([])
    await shot(`${colours} ${name}`)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    expect(width, `${name} is wider than the screen`).toBeLessThanOrEqual(size.width)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
}
