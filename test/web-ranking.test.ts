/** The ranking in a real browser: a screener tried out before it is taken, moves as they come, and the past of a ticker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderScreenerPage } from '../src/rankings/index.ts'
import { requireService } from './services.ts'
import { openScreener } from './stage.ts'
import { expectGood, openWeb, type Web } from './web-stage.ts'

describe.skipIf(!requireService('chromium'))('the ranking in Chromium', () => {
  let web: Web
  const page = () => web.page
  const ticker = (name: string) => page().getByRole('listitem').filter({ hasText: name })

  beforeAll(async () => {
    web = await openWeb()
    await web.enter()
  })
  afterAll(() => web?.close())

  it('shows of another screener what would enter and leave, and takes it when saved', async () => {
    const other = await openScreener(['TSLA', 'MSFT'])
    await web.go('Ranking')
    await ticker('NVDA').waitFor()
    await page().getByLabel('Screener address').fill(other.url)
    await page().getByRole('button', { name: 'Preview' }).click()
    const found = page().getByRole('status').filter({ hasText: '2 tickers would be in force' })
    expect(await found.textContent()).toContain('Would enter: TSLA. Would leave: AAPL, NVDA.')
    await expectGood(page(), 'ranking with a preview', web.shot)
    expect(await ticker('NVDA').count()).toBe(1)
    await page().getByRole('button', { name: 'Save' }).click()
    await ticker('TSLA').waitFor()
    other.page = renderScreenerPage(['TSLA', 'AMD'], 1)
    await ticker('AMD').waitFor()
    await page().getByText('entered AMD; left MSFT').waitFor()
    await other.close()
  })

  it('tells when a ticker was in the list', async () => {
    await page().getByLabel('When was this ticker in the list?').fill('amd')
    const stays = page().getByRole('table', { name: 'Stays of AMD' })
    await stays.getByText('now').waitFor()
    await page().getByLabel('When was this ticker in the list?').fill('zzzz')
    await page().getByText('ZZZZ was not in the list').waitFor()
    expect(web.errors).toEqual([])
  })
})
