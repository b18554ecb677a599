import * as fc from 'fast-check'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { databaseAddress, databaseUrl } from './database-url.ts'
import { loadConfig, type Environment } from './load.ts'

function urlOf(env: Environment): string | undefined {
  const loaded = loadConfig(env)
  if ('faults' in loaded) throw new Error(loaded.faults.map(({ message }) => message).join())
  return databaseUrl(loaded.config)
}

describe('databaseUrl', () => {
  it.each([
    [{}, undefined],
    [{ DATABASE_URL: 'postgres://u:p@h:5/d' }, 'postgresql://u:p@h:5/d'],
    [
      { DATABASE_URL: 'postgresql+asyncpg://postgres:postgres@postgres:5432/trading_signals' },
      'postgresql://postgres:postgres@postgres:5432/trading_signals',
    ],
    [{ DATABASE_URL: 'postgresql+asyncpg://u@h/d?ssl=require' }, 'postgresql://u@h/d?sslmode=require'],
    [{ DATABASE_URL: 'postgresql:///d?host=/run/postgresql' }, 'postgresql:///d?host=/run/postgresql'],
    [{ DB_HOST: 'h' }, 'postgresql://postgres@h:5432/trading_platform'],
    [
      { DB_HOST: 'fd00::1', DB_PORT: '5', DB_NAME: 'n', DB_USER: 'u', POSTGRES_PASSWORD: 'p' },
      'postgresql://u:p@[fd00::1]:5/n',
    ],
    [{ DATABASE_URL: 'postgres://u:p@a/d', DB_HOST: 'b' }, 'postgresql://u:p@a/d'],
    [{ DATABASE_URL: 'postgres://u:p@a:5/d', USE_PGBOUNCER: 'true' }, 'postgresql://u:p@a:6432/d'],
    [
      { DB_HOST: 'a', USE_PGBOUNCER: '1', PGBOUNCER_HOST: 'b', PGBOUNCER_PORT: '7' },
      'postgresql://postgres@b:7/trading_platform',
    ],
    [
      { DATABASE_URL: 'postgres:///d?host=/run', USE_PGBOUNCER: '1', PGBOUNCER_HOST: 'b' },
      'postgresql://b:6432/d',
    ],
  ] as [Environment, string | undefined][])('makes of %j: %s', (env, expected) => {
    expect(urlOf(env)).toBe(expected)
  })

  it('gives the driver any user, password and name unchanged', () => {
    const text = fc.stringMatching(/^[!-~]{1,20}$/)
    const word = fc.stringMatching(/^[A-Za-z0-9_$-][A-Za-z0-9_.$-]{0,20}$/)
    fc.assert(
      fc.property(text, text, word, (user, password, name) => {
        const env = { DB_HOST: 'h', DB_USER: user, DB_PASSWORD: password, DB_NAME: name }
        const client = new Client({ connectionString: urlOf(env)! })
        expect([client.host, client.user, client.password, client.database]).toEqual([
          'h',
          user,
          password,
          name,
        ])
      }),
    )
  })
})

describe('databaseAddress', () => {
  it.each([
    'mysql://h/d',
    'h:5432/d',
    'postgres://',
    'postgres:///d',
    'postgres://h:x/d',
    'postgres://u:p#w@h/d',
  ])('refuses %s', (text) => {
    expect(databaseAddress.parse(text)).toBeUndefined()
  })

  it.each([
    ['postgres://u:canary@h/d', 'postgresql://u:***@h/d'],
    ['postgres://u@h/d?password=canary', 'postgresql://u@h/d?password=***'],
  ])('shows %s as %s', (text, shown) => {
    expect(databaseAddress.show(databaseAddress.parse(text)!)).toBe(shown)
  })
})
