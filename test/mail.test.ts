/** Mail of accounts, by a real mail server: proving an address, a forgotten password, and what an owner should hear of. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { asAdmin, fresh, from, openAccounts, PASSWORD, type Accounts } from './account-stage.ts'
import { openMailServer, type MailServer } from './mail-server.ts'
import { until } from './stage.ts'

const NEXT = 'another horse battery'

let mail: MailServer
let accounts: Accounts
const call: Accounts['call'] = (...args) => accounts.call(...args)

const to = (address: string) => mail.letters.filter((letter) => letter.to === address)
const letterTo = async (address: string, subject: string, nth = 1) => {
  await until(() => to(address).filter((one) => one.subject.includes(subject)).length >= nth)
  return to(address).filter((one) => one.subject.includes(subject))[nth - 1]!
}
const tokenIn = (text: string) => /\/welcome#(\S+)/.exec(text)![1]!
const forgot = (email: string) => call('POST', '/api/v1/forgot', { email }, from())

/** A user whose address is confirmed. */
async function makeVerified() {
  const user = await accounts.makeUser('viewer')
  const headers = accounts.inBrowser(user.cookie)
  await call('POST', '/api/v1/me/verification', {}, headers)
  const { text } = await letterTo(user.email, 'is this your address')
  expect((await call('POST', '/api/v1/verify', { token: tokenIn(text) })).status).toBe(204)
  return { ...user, headers }
}

beforeAll(async () => {
  mail = await openMailServer()
  accounts = await openAccounts({
    SMTP_URL: mail.url,
    MAIL_FROM: 'Signalbox <box@example.com>',
    REGISTRATION: 'open',
  })
})
beforeEach(() => {
  mail.refuse = null
})
afterAll(async () => {
  await accounts?.close()
  await mail?.close()
})

it('invites by mail', async () => {
  const email = `invited${fresh()}@example.com`
  await call('POST', '/api/v1/users', { email, name: 'Grace', role: 'viewer' }, asAdmin)
  const { text } = await letterTo(email, 'invitation')
  expect((await call('POST', `/api/v1/links/${tokenIn(text)}`, { password: PASSWORD })).status).toBe(204)
  expect((await accounts.logIn(email)).status).toBe(200)
})

it('takes an address for confirmed by the link that was mailed there, once', async () => {
  const email = `new${fresh()}@example.com`
  await call('POST', '/api/v1/register', { email, name: 'New', password: PASSWORD }, from())
  const { text } = await letterTo(email, 'is this your address')
  const { cookie } = await accounts.logIn(email)
  const me = async () => (await call('GET', '/api/v1/me', undefined, { cookie: cookie! })).body
  expect((await me()).email_verified).toBe(false)
  const token = tokenIn(text)
  expect((await call('GET', `/api/v1/links/${token}`)).body).toMatchObject({ kind: 'verification' })
  expect((await call('POST', `/api/v1/links/${token}`, { password: NEXT })).status).toBe(404)
  expect((await call('POST', '/api/v1/verify', { token })).status).toBe(204)
  expect((await call('POST', '/api/v1/verify', { token })).status).toBe(404)
  expect((await me()).email_verified).toBe(true)
})

it('resets a forgotten password by mail, ends every session, and says so', async () => {
  const user = await makeVerified()
  expect((await forgot(user.email.toUpperCase())).status).toBe(202)
  const { text } = await letterTo(user.email, 'a new password')
  expect((await call('POST', `/api/v1/links/${tokenIn(text)}`, { password: NEXT })).status).toBe(204)
  expect((await call('GET', '/api/v1/me', undefined, { cookie: user.cookie })).status).toBe(401)
  expect((await accounts.logIn(user.email, NEXT)).status).toBe(200)
  expect((await letterTo(user.email, 'your account')).text).toContain('Your password was changed')
})

it('answers the same to an address with an account, without one, and with one that is not confirmed', async () => {
  const { email } = await makeVerified()
  const unconfirmed = await accounts.makeUser('viewer')
  const answers = await Promise.all(
    [email, unconfirmed.email, `nobody${fresh()}@example.com`].map((one) => forgot(one)),
  )
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.message}`)).size).toBe(1)
  await letterTo(email, 'a new password')
  expect(to(unconfirmed.email).filter(({ subject }) => subject.includes('a new password'))).toEqual([])
})

it('mails one link however often it is asked for, and turns away who asks too often', async () => {
  const { email } = await makeVerified()
  const here = from()
  const statuses: number[] = []
  for (let i = 0; i < 11; i++) statuses.push((await call('POST', '/api/v1/forgot', { email }, here)).status)
  expect(statuses.slice(0, 10).every((status) => status === 202)).toBe(true)
  expect(statuses[10]).toBe(429)
  await letterTo(email, 'a new password')
  await letterTo((await makeVerified()).email, 'is this your address')
  expect(to(email).filter(({ subject }) => subject.includes('a new password'))).toHaveLength(1)
})

it('takes another address only once it is confirmed, and tells the old one', async () => {
  const user = await makeVerified()
  const next = `next${fresh()}@example.com`
  const ask = (password: string) => call('POST', '/api/v1/me/email', { email: next, password }, user.headers)
  expect((await ask('wrong horse battery')).status).toBe(403)
  expect((await ask(PASSWORD)).status).toBe(202)
  const { text } = await letterTo(next, 'is this your address')
  expect((await accounts.logIn(next)).status).toBe(401)
  await call('POST', '/api/v1/verify', { token: tokenIn(text) })
  expect((await accounts.logIn(next)).status).toBe(200)
  expect((await letterTo(user.email, 'your account')).text).toContain(
    'The address of your account was changed',
  )
})

it('never takes the address of another account', async () => {
  const [user, other] = [await makeVerified(), await accounts.makeUser('viewer')]
  await call('POST', '/api/v1/me/email', { email: other.email, password: PASSWORD }, user.headers)
  const { text } = await letterTo(other.email, 'is this your address')
  expect((await call('POST', '/api/v1/verify', { token: tokenIn(text) })).status).toBe(404)
  expect((await accounts.logIn(other.email)).body.id).toBe(other.id)
})

it('sends later, once, what the mail server did not take', async () => {
  mail.refuse = { code: 451, message: 'come back later' }
  const { cookie, email } = await accounts.makeUser('viewer')
  await call('POST', '/api/v1/me/verification', {}, accounts.inBrowser(cookie))
  const failed = async () => /mails_total\{outcome="failed"\} (\d+)/.exec(await metrics())?.[1]
  await until(async () => Number(await failed()) >= 1)
  mail.refuse = null
  await letterTo(email, 'is this your address')
  expect(new Set(to(email).map(({ messageId }) => messageId)).size).toBe(to(email).length)
})

it('gives up at once on a mail that the server refuses for good', async () => {
  mail.refuse = { code: 550, message: 'no such mailbox' }
  const { cookie } = await accounts.makeUser('viewer')
  await call('POST', '/api/v1/me/verification', {}, accounts.inBrowser(cookie))
  await until(async () => (await metrics()).includes('mails_total{outcome="refused"}'))
  expect((await call('POST', '/api/v1/me/verification', {}, accounts.inBrowser(cookie))).status).toBe(429)
})

const metrics = async () => await (await fetch(`${accounts.url}/metrics`, { headers: asAdmin })).text()
