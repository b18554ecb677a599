/** Accounts from outside: the first administrator, logins and what guards them, sessions, users, the audit log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, from, fresh, openAccounts, PASSWORD, type Accounts } from './account-stage.ts'
import { until } from './stage.ts'

const ADMIN = { email: 'ada@example.com', name: 'Ada', password: PASSWORD }

let accounts: Accounts
const call: Accounts['call'] = (...args) => accounts.call(...args)
const logIn: Accounts['logIn'] = (...args) => accounts.logIn(...args)
const makeUser: Accounts['makeUser'] = (...args) => accounts.makeUser(...args)
const inBrowser: Accounts['inBrowser'] = (...args) => accounts.inBrowser(...args)

beforeAll(async () => {
  accounts = await openAccounts()
})
afterAll(() => accounts?.close())

describe('the first administrator', () => {
  it('is made once, by whoever sits at this machine, and not over the network without the admin token', async () => {
    const setup = (headers?: Record<string, string>) => call('POST', '/api/v1/setup', ADMIN, headers)
    expect((await call('GET', '/api/v1/setup')).body).toEqual({
      needed: true,
      token_needed: false,
      mail: false,
    })
    expect((await call('GET', '/api/v1/setup', undefined, from())).body).toEqual({
      needed: true,
      token_needed: true,
      mail: false,
    })
    expect((await setup(from())).status).toBe(401)
    expect((await call('POST', '/api/v1/setup', { ...ADMIN, password: 'password1234' })).body).toMatchObject({
      code: 'weak-password',
      field: 'password',
    })
    const both = await Promise.all([setup(), setup()])
    expect(both.map((one) => one.status).toSorted()).toEqual([201, 409])
    const first = both.find((one) => one.status === 201)!
    expect(first.body).toMatchObject({
      email: ADMIN.email,
      role: 'admin',
      may: expect.arrayContaining(['administer']),
    })
    expect((await call('GET', '/api/v1/me', undefined, { cookie: first.cookie! })).body['email']).toBe(
      ADMIN.email,
    )
    expect((await setup(asAdmin)).status).toBe(409)
  })
})

describe('a login', () => {
  it('gives a cookie that no script can read and no other site can send, new each time', async () => {
    const planted = await call(
      'POST',
      '/api/v1/login',
      { email: ADMIN.email, password: PASSWORD },
      {
        ...from(),
        cookie: 'signalbox=sbx_session_planted',
      },
    )
    const raw = planted.headers.get('set-cookie')!
    expect(raw).toMatch(/HttpOnly/i)
    expect(raw).toMatch(/SameSite=Strict/i)
    expect(raw).not.toContain('planted')
    expect((await logIn(ADMIN.email)).cookie).not.toBe(planted.cookie)
  })

  it('says the same of a wrong password and of nobody', async () => {
    const [wrong, nobody] = [await logIn(ADMIN.email, 'not the password'), await logIn('nobody@example.com')]
    expect([wrong.status, nobody.status]).toEqual([401, 401])
    expect({ ...wrong.body, instance: '' }).toEqual({ ...nobody.body, instance: '' })
  })

  it('waits after failures, longer each time, whether the account exists or not', async () => {
    const { email } = await makeUser('viewer')
    for (const address of [email, 'ghost@example.com']) {
      for (let i = 0; i < 3; i++) expect((await logIn(address, 'wrong wrong wrong')).status).toBe(401)
      const waiting = await logIn(address)
      expect([waiting.status, waiting.body['code']]).toEqual([429, 'wait'])
      expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })

  it('from where its owner has logged in before is not kept out by somebody who guesses elsewhere', async () => {
    const { email } = await makeUser('viewer')
    const home = from()
    expect((await logIn(email, PASSWORD, {}, home)).status).toBe(200)
    for (let i = 0; i < 4; i++) await logIn(email, 'guess guess guess')
    expect((await logIn(email)).status).toBe(429)
    expect((await logIn(email, PASSWORD, {}, home)).status).toBe(200)
  })

  it('keeps an address that tries many accounts waiting', async () => {
    const attacker = from()
    for (let i = 0; i < 15; i++) await logIn(`victim${i}@example.com`, 'guess guess guess', {}, attacker)
    expect((await logIn('victim99@example.com', 'guess guess guess', {}, attacker)).status).toBe(429)
  })

  it('of another site’s page is refused', async () => {
    const answer = await logIn(
      ADMIN.email,
      PASSWORD,
      {},
      { ...from(), origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    )
    expect([answer.status, answer.body['code']]).toEqual([403, 'cross-site'])
  })
})

describe('a session', () => {
  it('changes nothing for a page of another site, and goes on for one of ours', async () => {
    const { cookie } = await makeUser('operator')
    const make = (headers: Record<string, string>) =>
      call('POST', '/api/v1/webhook-keys', { name: `k${fresh()}` }, { cookie, ...headers })
    for (const foreign of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ])
      expect((await make(foreign)).body['code']).toBe('cross-site')
    expect((await make(inBrowser(cookie))).status).toBe(201)
  })

  it('ends at logout, at once and for good', async () => {
    const { cookie } = await makeUser('viewer')
    expect((await call('POST', '/api/v1/logout', {}, inBrowser(cookie))).status).toBe(204)
    expect((await call('GET', '/api/v1/me', undefined, { cookie })).status).toBe(401)
  })

  it('is listed to its owner, who can end it; nobody else can', async () => {
    const [mine, theirs] = [await makeUser('viewer'), await makeUser('viewer')]
    const sessions = await call('GET', '/api/v1/me/sessions', undefined, { cookie: mine.cookie })
    expect(sessions.body['items']).toHaveLength(1)
    const [{ id, current }] = sessions.body['items']
    expect(current).toBe(true)
    const end = (cookie: string) => call('DELETE', `/api/v1/me/sessions/${id}`, undefined, inBrowser(cookie))
    expect((await end(theirs.cookie)).status).toBe(404)
    expect((await end(mine.cookie)).status).toBe(204)
    expect((await call('GET', '/api/v1/me', undefined, { cookie: mine.cookie })).status).toBe(401)
  })

  it('ends when its user gets another role, is disabled, or changes the password', async () => {
    for (const change of [{ role: 'viewer' }, { state: 'disabled' }]) {
      const { id, cookie } = await makeUser('operator')
      expect((await call('PATCH', `/api/v1/users/${id}`, change, asAdmin)).status).toBe(200)
      expect((await call('GET', '/api/v1/me', undefined, { cookie })).status).toBe(401)
    }
    const { email, cookie } = await makeUser('viewer')
    const change = (current: string, next: string) =>
      call('POST', '/api/v1/me/password', { current, next }, inBrowser(cookie))
    expect((await change('wrong', 'another horse battery')).body['code']).toBe('wrong-password')
    expect((await change(PASSWORD, 'short')).body['field']).toBe('next')
    expect((await change(PASSWORD, 'another horse battery')).status).toBe(204)
    expect((await call('GET', '/api/v1/me', undefined, { cookie })).status).toBe(401)
    expect((await logIn(email, 'another horse battery')).status).toBe(200)
  })
})

describe('users', () => {
  it('cannot make more of themselves than they are', async () => {
    const { cookie, id } = await makeUser('viewer')
    const mine = await call('PATCH', '/api/v1/me', { name: 'Me', role: 'admin' }, inBrowser(cookie))
    expect([mine.status, mine.body['code']]).toEqual([400, 'invalid'])
    expect((await call('PATCH', `/api/v1/users/${id}`, { role: 'admin' }, inBrowser(cookie))).status).toBe(
      403,
    )
    expect((await call('POST', '/api/v1/register', { ...ADMIN, email: 'x@example.com' })).body['code']).toBe(
      'registration-closed',
    )
  })

  it('keep an administrator among them', async () => {
    const { body } = await call('GET', '/api/v1/users', undefined, asAdmin)
    const ada = body['items'].find((one: { email: string }) => one.email === ADMIN.email)
    const demoted = await call('PATCH', `/api/v1/users/${ada.id}`, { role: 'viewer' }, asAdmin)
    expect([demoted.status, demoted.body['code']]).toEqual([409, 'last-admin'])
  })

  it('take up a link once, and a newer one replaces it', async () => {
    const { id, token, email } = await makeUser('viewer')
    expect((await call('POST', `/api/v1/links/${token}`, { password: PASSWORD })).status).toBe(404)
    const link = async () =>
      (await call('POST', `/api/v1/users/${id}/reset-link`, {}, asAdmin)).body['link'].split('#')[1] as string
    const [older, newer] = [await link(), await link()]
    expect((await call('GET', `/api/v1/links/${older}`)).status).toBe(404)
    expect((await call('GET', `/api/v1/links/${newer}`)).body).toMatchObject({ kind: 'reset', email })
    expect((await call('POST', `/api/v1/links/${newer}`, { password: 'a third horse battery' })).status).toBe(
      204,
    )
    expect((await logIn(email, 'a third horse battery')).status).toBe(200)
  })

  it('leave a trace of what they changed, without secrets', async () => {
    const operator = await makeUser('operator')
    await call('POST', '/api/v1/webhook-keys', { name: 'traced' }, inBrowser(operator.cookie))
    await until(async () => {
      const { body } = await call('GET', '/api/v1/audit-log?limit=500', undefined, asAdmin)
      const entry = body['items'].find(
        (one: { action: string; actor: string }) =>
          one.action === 'createKey' && one.actor === operator.email,
      )
      return entry?.after?.name === 'traced'
    })
    const { body } = await call('GET', '/api/v1/audit-log?limit=500', undefined, asAdmin)
    expect(JSON.stringify(body)).not.toContain(PASSWORD)
    expect(JSON.stringify(body)).not.toMatch(/sbx_\w+_\w{20}/)
  })
})
