import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Config } from './config.ts'
import { loadConfig, type Environment } from './load.ts'
import type { Secret } from './secret.ts'
import type { Setting } from './setting.ts'
import { GROUPS, SETTINGS } from './table.ts'

function configOf(env: Environment, fromFile?: ReadonlySet<string>): Config {
  const loaded = loadConfig(env, fromFile)
  if ('faults' in loaded) throw new Error(loaded.faults.map(({ message }) => message).join('\n'))
  return loaded.config
}

function faultsOf(env: Environment, fromFile?: ReadonlySet<string>): string[] {
  const loaded = loadConfig(env, fromFile)
  return 'faults' in loaded ? loaded.faults.map(({ message }) => message) : []
}

const warningsOf = (env: Environment): string[] => configOf(env).warnings.map(({ message }) => message)

const ELITE = { FINVIZ_USE_ELITE: 'true', FINVIZ_API_TOKEN: 'abc' }

describe('the table', () => {
  it('has each setting in one group and gives no name two meanings', () => {
    const grouped = Object.values(GROUPS).flatMap((group) => Object.keys(group))
    expect(grouped).toEqual(Object.keys(SETTINGS))
    const names = Object.entries(SETTINGS).flatMap(([name, { aliases }]) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(Object.entries(SETTINGS))('reads back the default of %s as it shows it', (_, setting) => {
    const { kind, default: fallback } = setting as Setting<unknown>
    const isNothing = fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)
    expect(isNothing ? fallback : kind.parse(kind.show(fallback!))).toEqual(fallback)
  })
})

describe('loadConfig', () => {
  it('starts from nothing at all', () => {
    expect(configOf({})).toMatchObject({
      host: '127.0.0.1',
      port: 8_080,
      roles: ['gateway', 'deliverer'],
      demo: true,
      topN: 15,
      destWebhookTimeoutSec: 5,
      finvizTickersPerPage: 20,
      maxReqPerMin: 59,
      queueMaxSize: 100_000,
      publicUrl: 'http://127.0.0.1:8080',
      egressAllow: [],
      warnings: [],
    })
  })

  it('gives each value the type of its row', () => {
    expectTypeOf<Config['topN']>().toEqualTypeOf<number>()
    expectTypeOf<Config['finvizUrl']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Config['destWebhookUrl']>().toEqualTypeOf<Secret | undefined>()
    expectTypeOf<Config['finvizStalePolicy']>().toEqualTypeOf<'reject' | 'approve' | 'hold'>()
    expectTypeOf<Config['demo']>().toEqualTypeOf<boolean>()
    expect(configOf({ TOP_N: '3' }).topN).toBe(3)
  })

  it.each([
    [{ PORT: ' 9000 ' }, { port: 9_000 }],
    [{ PORT: '' }, { port: 8_080 }],
    [{ PORT: '   ' }, { port: 8_080 }],
    [{ SERVER_PORT: '80' }, { port: 80 }],
    [{ PORT: '81', SERVER_PORT: '80' }, { port: 81 }],
    [{ PORT: '', SERVER_PORT: '80' }, { port: 80 }],
    [{ LOG_LEVEL: 'INFO' }, { logLevel: 'info' }],
    [{ LOG_LEVEL: 'WARNING' }, { logLevel: 'warn' }],
    [{ USE_PGBOUNCER: 'Yes', DB_HOST: 'db' }, { usePgbouncer: true }],
    [{ FINVIZ_REPROCESS_ENABLED: '0' }, { finvizReprocessEnabled: false }],
    [{ DEST_WEBHOOK_TIMEOUT: '2.5' }, { destWebhookTimeoutSec: 2.5 }],
    [{ EGRESS_ALLOW: '10.0.0.0/8, 192.168.1.7' }, { egressAllow: ['10.0.0.0/8', '192.168.1.7/32'] }],
    [{ ROLES: 'all' }, { roles: ['gateway', 'deliverer'] }],
    [{ ROLES: 'Deliverer', DATABASE_URL: 'postgres://h/d' }, { roles: ['deliverer'] }],
    [{ DATABASE_POOL_SIZE: '8', DB_HOST: 'db' }, { dbPoolSize: 8 }],
    [{ DEFAULT_TICKER_REFRESH_SEC: '30' }, { finvizRefreshSec: 30 }],
    [ELITE, { finvizTickersPerPage: 100, maxReqPerMin: 120 }],
    [
      { ...ELITE, MAX_REQ_PER_MIN: '30' },
      { finvizTickersPerPage: 100, maxReqPerMin: 30 },
    ],
    [{ HOST: '0.0.0.0' }, { publicUrl: 'http://localhost:8080' }],
    [{ HOST: '[::1]' }, { host: '::1', publicUrl: 'http://[::1]:8080' }],
    [{ PUBLIC_URL: 'https://box.example.com/' }, { publicUrl: 'https://box.example.com' }],
    [{ DEST_WEBHOOK_URL: 'http://10.0.0.1/in' }, { demo: false }],
    [{ FINVIZ_URL: 'https://finviz.com/screener.ashx?v=111' }, { demo: false }],
    [{ FINVIZ_URL: 'https://finviz.com/screener.ashx?v=111', DEMO: 'on' }, { demo: true }],
    [{ DEMO: 'off' }, { demo: false }],
    [{ WEBHOOK_AUTH: 'off', HOST: '127.0.0.9' }, { webhookAuth: 'off' }],
    [{ WEBHOOK_AUTH: 'off', HOST: 'localhost' }, { webhookAuth: 'off' }],
  ] as [Environment, Partial<Config>][])('reads %j', (env, expected) => {
    expect(configOf(env)).toMatchObject(expected)
  })

  it('says all that is wrong in one go, a line each', () => {
    const faults = faultsOf({
      PORT: '80x',
      TOP_N: '-1',
      LOG_LEVEL: 'loud',
      ROLES: 'gateway',
      DURABILITY: 'none',
    })
    expect(faults).toHaveLength(5)
    expect(faults.join('')).not.toContain('\n')
    for (const name of ['PORT', 'TOP_N', 'LOG_LEVEL', 'ROLES', 'DURABILITY']) {
      expect(faults.filter((fault) => fault.startsWith(`${name}=`))).toHaveLength(1)
    }
  })

  it.each([
    [{ PORT: '80x' }, 'PORT=80x is not right: expected a whole number from 0 to 65535'],
    [{ SERVER_PORT: '99999' }, 'SERVER_PORT=99999 is not right: expected a whole number from 0 to 65535'],
    [{ DEMO: 'a\nb' }, 'DEMO="a\\nb" is not right: expected auto, on or off'],
    [{ HOST: 'http://x' }, 'HOST=http://x is not right: expected a host name'],
    [
      { ROLES: 'gateway,stream' },
      'ROLES=gateway,stream is not right: expected all, or some of gateway, deliverer',
    ],
    [{ FINVIZ_URL: 'finviz.com' }, 'FINVIZ_URL=finviz.com is not right: expected an address'],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES=10.0.0.0/33 is not right: expected networks'],
    [{ WEBHOOK_AUTH: 'off', HOST: '0.0.0.0' }, 'WEBHOOK_AUTH=off is refused with HOST=0.0.0.0'],
    [{ ROLES: 'gateway' }, 'ROLES=gateway needs DATABASE_URL'],
    [{ USE_PGBOUNCER: 'true' }, 'USE_PGBOUNCER=true needs DATABASE_URL'],
    [{ FINVIZ_USE_ELITE: 'true', FINVIZ_EMAIL: 'a@b.c' }, 'FINVIZ_USE_ELITE=true needs FINVIZ_API_TOKEN, or'],
    [{ FINVIZ_REFRESH_SEC: '600' }, 'FINVIZ_MAX_AGE_SEC=300 is below FINVIZ_REFRESH_SEC=600'],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES=0.0.0.0/0 trusts everybody'],
  ] as [Environment, string][])('refuses %j with a sentence', (env, sentence) => {
    const faults = faultsOf(env)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(sentence)
  })

  it('says that a fault is in the file', () => {
    expect(faultsOf({ PORT: 'x' }, new Set(['PORT']))[0]).toMatch(/^PORT=x \(in \.env\) is not right/)
  })

  it('does not judge two settings together while one of them is not right', () => {
    expect(faultsOf({ ROLES: 'gateway', DATABASE_URL: 'mysql://h' })).toHaveLength(1)
  })

  it.each([
    [
      { FINVIZ_REFERSH_SEC: '5' },
      'FINVIZ_REFERSH_SEC is no setting and has no effect: is FINVIZ_REFRESH_SEC meant?',
    ],
    [{ finviz_url: 'x' }, 'finviz_url is no setting and has no effect: is FINVIZ_URL meant?'],
    [
      { PROMETHEUS_PORT: '8008' },
      'PROMETHEUS_PORT has no effect any more: metrics are served at /metrics on PORT',
    ],
    [{ DATABASE_MAX_OVERFLOW: '12' }, 'DATABASE_MAX_OVERFLOW has no effect any more'],
    [{ PORT: '1', SERVER_PORT: '2' }, 'PORT wins: SERVER_PORT is another name of it and differs'],
    [
      { DATABASE_URL: 'postgres://h/d', DB_HOST: 'h', DB_NAME: 'n' },
      'DATABASE_URL wins: DB_HOST, DB_NAME have no effect',
    ],
    [
      { DATABASE_URL: 'postgres://h/d', POSTGRES_PASSWORD: 'p' },
      'DATABASE_URL wins: POSTGRES_PASSWORD has no effect',
    ],
    [{ DB_USER: 'me' }, 'DB_USER has no effect without DB_HOST'],
    [{ DB_POOL_SIZE: '5' }, 'DB_POOL_SIZE has no effect: the embedded database has one connection'],
    [{ FINVIZ_API_TOKEN: 'x' }, 'FINVIZ_API_TOKEN is not used: FINVIZ_USE_ELITE is false'],
    [{ PGBOUNCER_HOST: 'x' }, 'PGBOUNCER_HOST is not used: USE_PGBOUNCER is false'],
    [{ DURABILITY: 'process' }, 'DURABILITY=process is not safe against power loss'],
    [{ DURABILITY: 'power', DB_HOST: 'h' }, 'DURABILITY has no effect on PostgreSQL'],
    [{ DEST_WEBHOOK_TIMEOUT: '3' }, 'DEST_WEBHOOK_TIMEOUT has no effect without DEST_WEBHOOK_URL'],
    [{ EGRESS_ALLOW: '::/0' }, 'EGRESS_ALLOW=::/0 lets addresses'],
  ] as [Environment, string][])('starts with %j and a warning', (env, sentence) => {
    const warnings = warningsOf(env)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(sentence)
  })

  it.each([
    {
      PATH: '/bin',
      HOME: '/root',
      LOGNAME: 'me',
      HOSTNAME: 'box',
      PORTS: '1',
      LOG_FILE: 'x',
      DB_HOST_REPLICA: 'x',
    },
    { PORT: '80', SERVER_PORT: '80' },
    {
      DB_HOST: 'h',
      DB_USER: 'u',
      POSTGRES_PASSWORD: 'p',
      DB_POOL_SIZE: '5',
      USE_PGBOUNCER: '1',
      PGBOUNCER_PORT: '1',
    },
    { FINVIZ_REFERSH_SEC: '', PROMETHEUS_PORT: ' ' },
  ])('has nothing to say of %j', (env) => {
    expect(warningsOf(env)).toEqual([])
  })
})

describe('a weak token', () => {
  it.each([
    'changeme-token',
    'change-me-please-now',
    'x'.repeat(20),
    'your-secret-token-here',
    'short',
    'a b'.repeat(9),
  ])('is refused: %s', (text) => {
    expect(faultsOf({ FINVIZ_UPDATE_TOKEN: text })).toEqual([
      'FINVIZ_UPDATE_TOKEN=*** is not right: expected at least 16 characters that are no sample value ' +
        '(leave it out, and one is generated)',
    ])
  })

  it.each(['9f86d081884c7d659a2feaa0c55ad015', 'correct-horse-battery-staple'])('is not %s', (text) => {
    expect(configOf({ ADMIN_TOKEN: text }).adminToken?.reveal()).toBe(text)
  })
})

describe('a secret', () => {
  const secrets = Object.entries(SETTINGS).flatMap(([name, { kind }]) => (kind.secret ? [name] : []))

  it('is in no fault, warning or printed config, whatever it is', () => {
    expect(secrets).toContain('DB_PASSWORD')
    const name = fc.constantFrom(...secrets)
    fc.assert(
      fc.property(name, fc.string({ minLength: 8, maxLength: 40 }), (name, noise) => {
        const loaded = loadConfig({ [name]: `canary7f3a${noise}` })
        expect(JSON.stringify(loaded)).not.toContain('canary7f3a')
      }),
    )
  })

  it.each([
    ['SEAL_KEY', Buffer.alloc(32, 7).toString('base64'), Buffer.alloc(31, 7).toString('base64')],
    [
      'DEST_WEBHOOK_SECRET',
      `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
      Buffer.alloc(24, 7).toString('base64'),
    ],
    ['DEST_WEBHOOK_URL', 'https://hooks.example.com/canary', 'https://user:canary@hooks.example.com'],
    ['DATABASE_URL', 'postgres://u:canary@h/d', 'postgres://u:can#ary@h/d'],
  ])('%s is read in its form only', (name, right, wrong) => {
    expect(faultsOf({ [name]: right })).toEqual([])
    const faults = faultsOf({ [name]: wrong })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name}=\\*\\*\\* is not right: expected `))
  })
})
