/** A destination in a real browser: its template, its limits, its health, and what it never got. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireService } from './services.ts'
import { asAdmin, get, post, until } from './stage.ts'
import { expectGood, openWeb, type Web } from './web-stage.ts'

interface View {
  id: string
  name: string
  template: string | null
  settings: { limits: object[]; maxAgeMs: number }
  filter: object
  version: number
}

describe.skipIf(!requireService('chromium'))('a destination in Chromium', () => {
  let web: Web
  const page = () => web.page
  const saved = async () =>
    (await get<{ items: View[] }>(`${web.program.url}/api/v1/destinations`)).items.find(
      ({ name }) => name === 'Second',
    )!

  beforeAll(async () => {
    web = await openWeb({ TOP_N: '0', WEBHOOK_AUTH: 'off' })
    await web.enter()
    await post(
      `${web.program.url}/api/v1/destinations`,
      { name: 'Second', url: web.sink.url, filter: { tickers: ['MSFT'] } },
      asAdmin,
    )
  })
  afterAll(() => web?.close())

  it('shows of a template what it would send, and where it is wrong', async () => {
    await web.go('Destinations')
    await page().getByRole('link', { name: 'Second' }).click()
    await page().getByRole('button', { name: 'What it is sent' }).click()
    const preview = page().getByRole('status', { name: 'What would be sent' })
    await preview.getByText('"ticker": "TEST"').waitFor()
    await page().getByLabel('Template', { exact: true }).fill('{"who": }')
    await page().getByText('Line 1, column 9').waitFor()
    await page().getByLabel('Template', { exact: true }).fill('{"who": ""}')
    await page().getByLabel('Template', { exact: true }).press('End')
    for (let i = 0; i < 2; i++) await page().keyboard.press('ArrowLeft')
    await page().getByRole('button', { name: 'ticker', exact: true }).click()
    await preview.getByText('"who": "TEST"').waitFor()
    await expectGood(page(), 'destination with a template', web.shot)
    await page().getByRole('button', { name: 'Save' }).click()
    await expect.poll(async () => (await saved()).template).toBe('{"who": "{{ticker}}"}')
  })

  it('keeps its limits, its age and its filter', async () => {
    await page().getByRole('button', { name: 'What it takes, and how fast' }).click()
    await page().getByRole('button', { name: 'Add a limit' }).click()
    await page().getByLabel('Requests of limit 2').fill('500')
    await page().getByLabel('Seconds of limit 2').fill('3600')
    await page().getByLabel('Sends nothing older than').fill('5')
    await page().getByLabel('Only these tickers').fill('MSFT\nnvda')
    await page().getByRole('button', { name: 'Save' }).click()
    await expect.poll(saved).toMatchObject({
      settings: {
        limits: [
          { permits: 60, windowMs: 60_000 },
          { permits: 500, windowMs: 3_600_000 },
        ],
        maxAgeMs: 5_000,
      },
      filter: { tickers: ['MSFT', 'NVDA'] },
    })
  })

  it('does not overwrite what somebody else changed meanwhile', async () => {
    await page().getByLabel('Requests at once').fill('7')
    const { id } = await saved()
    await fetch(`${web.program.url}/api/v1/destinations/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...asAdmin },
      body: JSON.stringify({ settings: { concurrency: 3 } }),
    })
    await page().getByRole('button', { name: 'Save' }).click()
    await page().getByRole('alert').filter({ hasText: 'Somebody else changed this destination' }).waitFor()
    await page().getByRole('button', { name: 'Take theirs, drop mine' }).click()
    await expect.poll(() => page().getByLabel('Requests at once').inputValue()).toBe('3')
  })

  it('shows its figures, and sends a late letter only after asking', async () => {
    web.sink.answer = (_request, response) => void response.writeHead(400).end('not today')
    const { body } = await post(`${web.program.url}/webhook/in`, { ticker: 'MSFT', side: 'BUY', price: 1 })
    const { signal } = await get<{ signal: { received_at: string } }>(
      `${web.program.url}/api/v1/signals/${String(body['id'])}`,
    )
    const letter = page()
      .getByRole('table', { name: 'Dead letters' })
      .getByRole('row')
      .filter({ hasText: 'MSFT' })
    await letter.waitFor()
    await page().getByText('1 dead, 0 expired').waitFor()
    await until(() => Date.now() - Date.parse(signal.received_at) > 5_000)
    web.sink.answer = (_request, response) => void response.writeHead(200).end()
    const before = web.sink.arrivals.length
    await letter.getByRole('button', { name: 'Replay' }).click()
    await page().getByText('One delivery is older than the destination takes').waitFor()
    await web.shot('late letter')
    expect(web.sink.arrivals).toHaveLength(before)
    await page().getByRole('button', { name: 'Send all the same' }).click()
    await expect.poll(() => web.sink.arrivals.at(-1)!.body).toBe('{"who": "MSFT"}')
    await letter.waitFor({ state: 'detached' })
    expect(web.errors.filter((text) => !/40[0-9]|412/.test(text))).toEqual([])
  })
})
