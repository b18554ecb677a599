/** A program with accounts, seen by callers from many addresses: who logs in, who is invited, what they are answered. */
import { ADMIN_TOKEN, freshStore, startProgram } from './stage.ts'

export const PASSWORD = 'correct horse battery'

export interface Answer {
  status: number
  /** Whatever came; each test says what it expects of it. */
  body: ReturnType<typeof JSON.parse>
  cookie: string | undefined
  headers: Headers
}

type Sent = Record<string, string>

export const asAdmin: Sent = { authorization: `Bearer ${ADMIN_TOKEN}` }

let n = 0
/** A number of its own, for names and addresses. */
export const fresh = (): number => n++

/** Another address for each caller, as the trusted proxy names it. */
export const from = (number = fresh()): Sent => ({
  'x-forwarded-for': `198.18.${Math.floor(number / 250)}.${number % 250}`,
})

export async function openAccounts(env: Record<string, string> = {}) {
  const store = await freshStore()
  const program = await startProgram({
    ...store.env,
    TOP_N: '0',
    TRUSTED_PROXIES: '127.0.0.1/32',
    MAX_LOGIN_ATTEMPTS: '3',
    ...env,
  })

  async function call(method: string, path: string, body?: unknown, headers: Sent = {}): Promise<Answer> {
    const response = await fetch(`${program.url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const cookie = response.headers.get('set-cookie')?.split(';')[0]
    const { status } = response
    return { status, body: text === '' ? {} : JSON.parse(text), cookie, headers: response.headers }
  }

  const logIn = (email: string, password = PASSWORD, more: object = {}, headers = from()) =>
    call('POST', '/api/v1/login', { email, password, ...more }, headers)

  return {
    call,
    logIn,
    url: program.url,
    /** A page of our own in a browser. */
    inBrowser: (cookie: string): Sent => ({ cookie, origin: program.url, 'sec-fetch-site': 'same-origin' }),
    /** A user with a password, by invitation; gives their id and a session. */
    async makeUser(role: string) {
      const email = `user${fresh()}@example.com`
      const made = await call('POST', '/api/v1/users', { email, name: 'A User', role }, asAdmin)
      const token = made.body['link'].split('#')[1] as string
      await call('POST', `/api/v1/links/${token}`, { password: PASSWORD })
      const { cookie } = await logIn(email)
      return { id: made.body['user'].id as string, email, cookie: cookie!, token }
    },
    async close() {
      await program.stop()
      await store.close()
    },
  }
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>
