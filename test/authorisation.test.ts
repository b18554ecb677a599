/** Every operation of the OpenAPI document, called by everyone who may not call it: no exception list. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, freshStore, startProgram } from './stage.ts'
import type { Program } from './stage.ts'

const PASSWORD = 'correct horse battery'

interface Operation {
  operationId: string
  tags?: string[]
  security?: object[]
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../docs/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

/** What an operation asks for: declared by where it stands, and by nothing else. */
function capabilityOf(method: string, { tags = [], security }: Operation): string {
  if (security?.length === 0) return 'nothing'
  if (tags.includes('account')) return 'own'
  if (tags.includes('users') || tags.includes('administration')) return 'administer'
  return method === 'get' ? 'read' : 'operate'
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    title: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    /** Somebody else's, or nobody's: an id that this caller does not own. */
    path: path.replaceAll(/\{\w+\}/g, '01890000-0000-7000-8000-000000000001'),
    capability: capabilityOf(method, operation),
  })),
)

let store: Awaited<ReturnType<typeof freshStore>>
let program: Program
let n = 0
const emails: Record<string, string> = {}

/** Always as from outside: nobody here gets what only this machine may. */
function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return fetch(`${program.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': `198.18.${Math.floor(n / 250)}.${n++ % 250}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function invite(role: string): Promise<void> {
  const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const email = `${role}@example.com`
  const made = await call('POST', '/api/v1/users', { email, name: role, role }, asAdmin)
  const { link } = (await made.json()) as { link: string }
  await call('POST', `/api/v1/links/${link.split('#')[1]}`, { password: PASSWORD })
  emails[role] = email
}

async function sessionOf(role: string): Promise<Record<string, string>> {
  const answer = await call('POST', '/api/v1/login', { email: emails[role], password: PASSWORD })
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  return { cookie, origin: program.url, 'sec-fetch-site': 'same-origin' }
}

const bodyFor = (method: string) => (method === 'GET' ? undefined : {})

beforeAll(async () => {
  store = await freshStore()
  program = await startProgram({
    ...store.env,
    TOP_N: '0',
    TRUSTED_PROXIES: '127.0.0.1/32',
    WEBHOOK_AUTH: 'required',
  })
  for (const role of ['operator', 'user', 'viewer']) await invite(role)
})

afterAll(async () => {
  await program?.stop()
  await store?.close()
})

it('knows of every operation that the program has', () => {
  expect(operations.length).toBeGreaterThan(50)
})

const guarded = operations.filter(({ capability }) => capability !== 'nothing')
const beyond = (...capabilities: string[]) =>
  guarded.filter(({ capability }) => !capabilities.includes(capability))

describe.each(guarded)('$title', ({ method, path }) => {
  it('turns nobody away with 401, and a token of nobody as well', async () => {
    expect((await call(method, path, bodyFor(method))).status).toBe(401)
    for (const token of ['sbx_api_0000', 'eyJhbGciOiJub25lIn0.e30.'])
      expect((await call(method, path, bodyFor(method), { authorization: `Bearer ${token}` })).status).toBe(
        401,
      )
  })
})

describe.each([
  { role: 'user', may: ['own'] },
  { role: 'viewer', may: ['own', 'read'] },
  { role: 'operator', may: ['own', 'read', 'operate'] },
])('a $role', ({ role, may }) => {
  it.each(beyond(...may))('hears 403 of $title', async ({ method, path }) => {
    expect((await call(method, path, bodyFor(method), await sessionOf(role))).status).toBe(403)
  })

  it.each(guarded.filter(({ capability, method }) => may.includes(capability) && method === 'GET'))(
    'is let in to $title, and finds nothing of anybody else’s there',
    async ({ method, path }) => {
      const { status } = await call(method, path, undefined, await sessionOf(role))
      expect([200, 400, 404]).toContain(status)
    },
  )
})

describe('what is somebody’s own', () => {
  it.each(guarded.filter(({ capability, path }) => capability === 'own' && path.includes('01890000')))(
    'is not there for another: $title',
    async ({ method, path }) => {
      expect((await call(method, path, bodyFor(method), await sessionOf('viewer'))).status).toBe(404)
    },
  )
})

it.each(['/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/page.css/../../package.json', '//etc/passwd'])(
  'a path that climbs out of the files is not served: %s',
  async (path) => {
    const answer = await call('GET', path)
    expect(answer.status).toBeGreaterThanOrEqual(300)
    expect(await answer.text()).not.toContain('"signalbox"')
  },
)
