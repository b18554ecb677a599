/** The machine and one's own account in a real browser: settings in force, and a second factor by its QR code. */
import jsqr from 'jsqr'
import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireService } from './services.ts'
import { asAdmin, get } from './stage.ts'
import { expectGood, openWeb, PASSWORD, type Web } from './web-stage.ts'

const SECRETS = {
  DEST_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr',
  FINVIZ_PASSWORD: 'a-password-of-finviz',
  FINVIZ_API_TOKEN: 'a-token-of-finviz',
  JWT_SECRET_KEY: Buffer.alloc(32, 'jwt secret ').toString('base64'),
}

describe.skipIf(!requireService('chromium'))('system and account in Chromium', () => {
  let web: Web
  const page = () => web.page

  beforeAll(async () => {
    web = await openWeb({ TOP_N: '0', ...SECRETS })
    await web.enter()
  })
  afterAll(() => web?.close())

  it('shows the settings in force, those that were set first, and no secret', async () => {
    await web.go('System')
    const rows = page().getByRole('table', { name: 'Settings' }).getByRole('row')
    await rows.nth(1).waitFor()
    expect(await rows.nth(1).textContent()).toContain('environment')
    await page().getByLabel('Search settings').fill('top_n')
    await expect.poll(() => rows.count()).toBe(2)
    expect(await rows.nth(1).textContent()).toContain('TOP_N0environment')
    await page().getByLabel('Search settings').fill('')
    await expectGood(page(), 'system', web.shot)
    const told = JSON.stringify(await get(`${web.program.url}/api/v1/settings`))
    for (const secret of [...Object.values(SECRETS), asAdmin.authorization.slice(7), web.sink.url])
      expect(told).not.toContain(secret)
  })

  it('turns a second factor on by its QR code, and asks for it at the next login', async () => {
    await web.go('Account')
    await page().getByRole('button', { name: 'Turn on' }).click()
    const code = page().getByRole('img', { name: 'QR code for the authenticator app' })
    await code.waitFor()
    const scan = () =>
      page().evaluate<{ data: number[]; width: number; height: number }>(`(() => {
        const from = document.querySelector('canvas')
        const to = new OffscreenCanvas(from.width * 4 + 40, from.height * 4 + 40).getContext('2d')
        to.fillStyle = '#fff'
        to.fillRect(0, 0, to.canvas.width, to.canvas.height)
        to.imageSmoothingEnabled = false
        to.drawImage(from, 20, 20, from.width * 4, from.height * 4)
        const { data, width, height } = to.getImageData(0, 0, to.canvas.width, to.canvas.height)
        return { data: [...data], width, height }
      })()`)
    let address = ''
    await expect
      .poll(async () => {
        const { data, width, height } = await scan()
        address = jsqr.default(Uint8ClampedArray.from(data), width, height)?.data ?? ''
        return address
      })
      .toMatch(/^otpauth:\/\/totp\/Signalbox/)
    await expectGood(page(), 'second factor', web.shot)
    const totp = URI.parse(address) as TOTP
    await page().getByRole('textbox', { name: 'Code' }).fill(totp.generate())
    await page().getByRole('button', { name: 'Confirm' }).click()
    await page().getByText('Recovery codes').waitFor()
    await page().getByRole('button', { name: 'menu of Ada' }).click()
    await page().getByRole('menuitem', { name: 'Log out' }).click()
    await page().getByLabel('E-mail').fill('ada@example.com')
    await page().getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
    await page().getByRole('button', { name: 'Log in' }).click()
    await page().getByLabel(/Code/).waitFor()
    expect(web.errors.filter((text) => !/40[0-9]/.test(text))).toEqual([])
  })
})
