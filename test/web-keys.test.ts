/** A webhook key in a real browser: an odd sender is understood, kept to its network and its pace, and its first alert seen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireService } from './services.ts'
import { get, post } from './stage.ts'
import { expectGood, openWeb, type Web } from './web-stage.ts'

const ODD = { msg: { sym: 'AAPL', dir: -1 }, px: '150.25' }

describe.skipIf(!requireService('chromium'))('a webhook key in Chromium', () => {
  let web: Web
  let hook = ''
  const page = () => web.page
  const read = () => page().getByRole('status', { name: 'What it would be read as' })

  beforeAll(async () => {
    web = await openWeb({ TOP_N: '0' })
    await web.enter()
  })
  afterAll(() => web?.close())

  it('shows of an odd body what it would be read as, while its field map is written', async () => {
    await web.go('Webhook keys')
    await page().getByLabel('Name of the sender').fill('Odd one')
    await page().getByRole('button', { name: 'Make a key' }).click()
    hook = (await page().getByText('/hooks/sbx_').first().textContent())!
    await page().getByRole('link', { name: 'Odd one' }).click()
    await page().getByText('Waiting for your first alert').waitFor()
    await page().getByRole('button', { name: 'Bodies in words of their own' }).click()
    await page().getByLabel('A body as your sender sends it').fill(JSON.stringify(ODD))
    await read().getByText('Refused').waitFor()
    await page().getByLabel('ticker, its place').fill('msg.sym')
    await page().getByLabel('side, its place').fill('msg.dir')
    await page().getByLabel('price, its place').fill('px')
    await page().getByLabel('What words mean for the side').fill('1 = buy\n-1 = sell')
    await read().getByText('side: sell').waitFor()
    expect(await read().textContent()).toContain('price: 150.25')
    await expectGood(page(), 'key with a field map', web.shot)
    await page().getByRole('button', { name: 'Save' }).click()
    await page().getByText('Saved: it counts from the next alert.').waitFor()
  })

  it('turns green at the first alert, which is read as the preview said', async () => {
    const { status, body } = await post(hook, ODD)
    expect(status).toBe(202)
    const { signal } = await get<{ signal: object }>(`${web.program.url}/api/v1/signals/${body['id']}`)
    expect(signal).toMatchObject({ ticker: 'AAPL', side: 'sell', price: '150.25' })
    await page().getByText('The first alert has come.').waitFor()
  })

  it('shows what was refused of this sender alone, and why', async () => {
    await post(hook, { msg: { sym: 'AAPL', dir: 7 } })
    await post(`${web.program.url}/webhook/in`, { ticker: 'AAPL' })
    const rows = page().getByRole('table', { name: 'Refused payloads' }).getByRole('row')
    await rows.filter({ hasText: 'msg.dir' }).waitFor()
    expect(await rows.count()).toBe(2)
  })

  it('says which network is none, and takes TradingView’s alone when told', async () => {
    await page().getByLabel('Networks it takes from').fill('203.0.113.0/99')
    await page().getByRole('button', { name: 'Save' }).click()
    await page().getByRole('alert').filter({ hasText: '203.0.113.0/99' }).first().waitFor()
    await page().getByRole('button', { name: 'Only TradingView’s addresses' }).click()
    await page().getByRole('button', { name: 'Save' }).click()
    await page().getByText('Saved: it counts from the next alert.').waitFor()
    expect((await post(hook, ODD)).status).toBe(401)
    await page().reload()
    await expect
      .poll(() => page().getByLabel('Networks it takes from').inputValue())
      .toContain('52.89.214.238')
  })

  it('tells how to be reached from outside', async () => {
    await web.go('Webhook keys')
    await page().getByRole('link', { name: 'How to be reached from outside' }).click()
    await page().getByText('nobody else can send there').waitFor()
    await expectGood(page(), 'reach', web.shot)
    expect(web.errors.filter((text) => !text.includes('400'))).toEqual([])
  })
})
