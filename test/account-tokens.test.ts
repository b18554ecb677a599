/** The second factor, API tokens and access tokens, from outside. */
import { createHmac } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asAdmin, from, openAccounts, PASSWORD, type Accounts } from './account-stage.ts'

let accounts: Accounts
const call: Accounts['call'] = (...args) => accounts.call(...args)
const logIn: Accounts['logIn'] = (...args) => accounts.logIn(...args)
const makeUser: Accounts['makeUser'] = (...args) => accounts.makeUser(...args)
const inBrowser: Accounts['inBrowser'] = (...args) => accounts.inBrowser(...args)

beforeAll(async () => {
  accounts = await openAccounts()
})
afterAll(() => accounts?.close())

describe('a second factor', () => {
  const codeOf = (secret: string, atMs: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs })

  it('is asked for once confirmed, each code counts once, a recovery code too, and an administrator takes it off', async () => {
    const { id, email, cookie } = await makeUser('operator')
    const begun = await call('POST', '/api/v1/me/second-factor', {}, inBrowser(cookie))
    const { secret } = begun.body as { secret: string }
    expect(begun.body['address']).toContain('otpauth://totp/Signalbox')
    const confirm = (code: string) =>
      call('POST', '/api/v1/me/second-factor/confirm', { code }, inBrowser(cookie))
    expect((await confirm('000000')).body['code']).toBe('wrong-code')
    const now = Date.now()
    const confirmed = await confirm(codeOf(secret, now))
    expect(confirmed.body['recovery_codes']).toHaveLength(10)
    expect((await logIn(email)).body['code']).toBe('code-needed')
    expect((await logIn(email, PASSWORD, { code: codeOf(secret, now) })).status).toBe(401)
    const next = codeOf(secret, now + 30_000)
    expect((await logIn(email, PASSWORD, { code: next })).status).toBe(200)
    expect((await logIn(email, PASSWORD, { code: next })).status).toBe(401)
    const [recovery] = confirmed.body['recovery_codes'] as [string]
    expect((await logIn(email, PASSWORD, { code: recovery.toUpperCase() })).status).toBe(200)
    expect((await logIn(email, PASSWORD, { code: recovery })).status).toBe(401)
    await call('PATCH', `/api/v1/users/${id}`, { second_factor: false }, asAdmin)
    expect((await logIn(email)).status).toBe(200)
  })
})

describe('an API token', () => {
  it('may what its scopes say, never more than its owner, and is removed at once', async () => {
    const { cookie } = await makeUser('viewer')
    const make = (scopes: string[]) =>
      call('POST', '/api/v1/me/tokens', { name: 'mine', scopes }, inBrowser(cookie))
    expect((await make(['operate'])).body).toMatchObject({ code: 'forbidden', field: 'scopes' })
    const { token, details } = (await make(['read'])).body as { token: string; details: { id: string } }
    expect(token).toMatch(/^sbx_api_/)
    const bearer = { authorization: `Bearer ${token}` }
    expect((await call('GET', '/api/v1/signals', undefined, bearer)).status).toBe(200)
    expect((await call('GET', '/api/v1/me', undefined, bearer)).status).toBe(403)
    expect((await call('POST', '/api/v1/webhook-keys', { name: 'x' }, bearer)).status).toBe(403)
    const listed = await call('GET', '/api/v1/me/tokens', undefined, { cookie })
    expect(JSON.stringify(listed.body)).not.toContain(token)
    await call('DELETE', `/api/v1/me/tokens/${details.id}`, undefined, inBrowser(cookie))
    expect((await call('GET', '/api/v1/signals', undefined, bearer)).status).toBe(401)
  })

  it('is limited in number by the plan, and cannot change how its owner logs in', async () => {
    const { cookie } = await makeUser('viewer')
    const make = () => call('POST', '/api/v1/me/tokens', { name: 'one', scopes: ['own'] }, inBrowser(cookie))
    const made = [await make(), await make(), await make()]
    expect((await make()).body).toMatchObject({ status: 409, code: 'plan-limit' })
    const bearer = { authorization: `Bearer ${made[0]!.body['token']}` }
    for (const [path, body] of [
      ['/api/v1/me/password', { current: PASSWORD, next: 'another horse battery' }],
      ['/api/v1/me/second-factor', {}],
      ['/api/v1/me/tokens', { name: 'two', scopes: ['own'] }],
    ] as const)
      expect((await call('POST', path, body, bearer)).body['code']).toBe('session-needed')
  })
})

describe('an access token', () => {
  const issue = async (email: string) =>
    (await call('POST', '/api/v1/auth/token', { email, password: PASSWORD }, from())).body as {
      access_token: string
      refresh_token: string
    }
  const me = (token: string) =>
    call('GET', '/api/v1/me', undefined, { authorization: `Bearer ${token}`, ...from() })

  it('opens what its user may, until they are disabled', async () => {
    const { id, email } = await makeUser('viewer')
    const { access_token } = await issue(email)
    expect((await me(access_token)).body['email']).toBe(email)
    await call('PATCH', `/api/v1/users/${id}`, { state: 'disabled' }, asAdmin)
    expect((await me(access_token)).status).toBe(401)
  })

  it('of another make is refused: no algorithm, another key, another audience, a changed claim, one that is over', async () => {
    const { email } = await makeUser('viewer')
    const { access_token } = await issue(email)
    const [head, claims, signature] = access_token.split('.') as [string, string, string]
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
    const signed = (header: object, body: object, key: string) => {
      const text = `${b64(header)}.${b64(body)}`
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const forged = [
      `${b64({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
      `${b64({ alg: 'none', typ: 'at+jwt' })}.${claims}.${signature}`,
      signed({ alg: 'HS256', typ: 'at+jwt' }, read, 'change-me'),
      signed({ alg: 'HS256', typ: 'at+jwt' }, { ...read, aud: 'another' }, ''),
      `${head}.${b64({ ...read, sub: '01890000-0000-7000-8000-000000000001' })}.${signature}`,
      `${head}.${b64({ ...read, exp: 9_999_999_999 })}.${signature}`,
      `${head}.${claims}`,
    ]
    for (const token of forged) expect((await me(token)).status).toBe(401)
    expect((await me(access_token)).status).toBe(200)
  })

  it('is renewed by a refresh token once; the second use ends the family', async () => {
    const { email } = await makeUser('viewer')
    const first = await issue(email)
    const refresh = (refresh_token: string) => call('POST', '/api/v1/auth/refresh', { refresh_token })
    const second = await refresh(first.refresh_token)
    expect((await me(second.body['access_token'])).status).toBe(200)
    expect((await refresh(first.refresh_token)).status).toBe(401)
    expect((await refresh(second.body['refresh_token'])).status).toBe(401)
  })
})
