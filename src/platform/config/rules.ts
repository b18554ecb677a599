/** What holds between settings: each rule names all the settings it speaks of. Pure. */
import { isLoopback } from './network.ts'
import { ROLES } from './settings/server.ts'
import type { SettingName, Values } from './table.ts'

/** The name a setting was set under, its own or an alias; undefined while it is left at its default. */
export type SetAs = (name: SettingName) => string | undefined

export interface Rule {
  /**
   * The settings it reads; it is left out while one of them is not right. The first is the one it is about.
   */
  readonly reads: readonly [SettingName, ...SettingName[]]
  /** `fault` refuses the start, `warning` is said at the start. */
  readonly weight: 'fault' | 'warning'
  /** The line to say, or null when all is well. */
  check(values: Values, setAs: SetAs): string | null
}

const DB_PARTS = ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD'] as const
const ELITE_LOGINS = ['FINVIZ_API_TOKEN', 'FINVIZ_EMAIL', 'FINVIZ_PASSWORD'] as const
const POOL = ['DB_POOL_SIZE', 'DB_POOL_TIMEOUT_SEC', 'DB_POOL_RECYCLE_SEC'] as const
const PGBOUNCER = ['PGBOUNCER_HOST', 'PGBOUNCER_PORT'] as const
const DESTINATION = ['DEST_WEBHOOK_SECRET', 'DEST_WEBHOOK_TIMEOUT', 'DEST_WEBHOOK_MAX_REQ_PER_MIN'] as const

const isEmbedded = (values: Values): boolean => !values.databaseUrl && !values.dbHost
const named = (names: readonly SettingName[], setAs: SetAs): string[] =>
  names.map(setAs).filter((name) => name !== undefined)
const areOrIs = (names: readonly string[]): string => `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'}`
const haveOrHas = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length > 1 ? 'have' : 'has'}`

const refusals: readonly Rule[] = [
  {
    reads: ['REDIS_CLUSTER_MODE', 'REDIS_CLUSTER_NODES'],
    weight: 'fault',
    check: ({ redisClusterMode, redisClusterNodes }) =>
      redisClusterMode && redisClusterNodes === undefined
        ? 'REDIS_CLUSTER_MODE=true needs REDIS_CLUSTER_NODES'
        : null,
  },
  {
    reads: ['MAIL_FROM', 'SMTP_URL'],
    weight: 'fault',
    check: ({ smtpUrl, mailFrom }) =>
      smtpUrl !== undefined && mailFrom === undefined
        ? 'SMTP_URL needs MAIL_FROM: say whom mails are from, such as signalbox@example.com'
        : null,
  },
  {
    reads: ['ROLES', 'DATABASE_URL', 'DB_HOST'],
    weight: 'fault',
    check: (values) =>
      values.roles.length < ROLES.length && isEmbedded(values)
        ? `ROLES=${values.roles.join(',')} needs DATABASE_URL (or DB_HOST): roles in several processes meet in ` +
          'PostgreSQL, and the embedded database serves one process with ROLES=all'
        : null,
  },
  {
    reads: ['WEBHOOK_AUTH', 'HOST'],
    weight: 'fault',
    check: ({ webhookAuth, host }) =>
      webhookAuth === 'off' && !isLoopback(host)
        ? `WEBHOOK_AUTH=off is refused with HOST=${host}: anybody who reaches it could send signals; ` +
          'set WEBHOOK_AUTH=required, or HOST=127.0.0.1'
        : null,
  },
  {
    reads: ['FINVIZ_USE_ELITE', ...ELITE_LOGINS],
    weight: 'fault',
    check: ({ finvizUseElite, finvizApiToken, finvizEmail, finvizPassword }) =>
      finvizUseElite && !finvizApiToken && !(finvizEmail && finvizPassword)
        ? 'FINVIZ_USE_ELITE=true needs FINVIZ_API_TOKEN, or FINVIZ_EMAIL and FINVIZ_PASSWORD'
        : null,
  },
  {
    reads: ['USE_PGBOUNCER', 'DATABASE_URL', 'DB_HOST'],
    weight: 'fault',
    check: (values) =>
      values.usePgbouncer && isEmbedded(values)
        ? 'USE_PGBOUNCER=true needs DATABASE_URL (or DB_HOST): there is no pooler before the embedded database'
        : null,
  },
  {
    reads: ['FINVIZ_MAX_AGE_SEC', 'FINVIZ_REFRESH_SEC'],
    weight: 'fault',
    check: ({ finvizMaxAgeSec, finvizRefreshSec }) =>
      finvizMaxAgeSec < finvizRefreshSec
        ? `FINVIZ_MAX_AGE_SEC=${finvizMaxAgeSec} is below FINVIZ_REFRESH_SEC=${finvizRefreshSec}: ` +
          'every ranking would be stale before the next one is read'
        : null,
  },
  {
    reads: ['TRUSTED_PROXIES'],
    weight: 'fault',
    check: ({ trustedProxies }) =>
      trustedProxies.some(isEverything)
        ? `TRUSTED_PROXIES=${trustedProxies.join(',')} trusts everybody: any sender could claim any address; ` +
          'name your own proxies'
        : null,
  },
]

const warnings: readonly Rule[] = [
  {
    reads: ['DATABASE_URL', ...DB_PARTS],
    weight: 'warning',
    check(values, setAs) {
      const parts = named(DB_PARTS, setAs)
      if (parts.length === 0) return null
      if (values.databaseUrl) return `DATABASE_URL wins: ${haveOrHas(parts)} no effect beside it`
      return values.dbHost ? null : `${haveOrHas(parts)} no effect without DB_HOST: the database is embedded`
    },
  },
  {
    reads: ['FINVIZ_USE_ELITE', ...ELITE_LOGINS],
    weight: 'warning',
    check(values, setAs) {
      const logins = named(ELITE_LOGINS, setAs)
      return logins.length > 0 && !values.finvizUseElite
        ? `${areOrIs(logins)} not used: FINVIZ_USE_ELITE is false`
        : null
    },
  },
  {
    reads: ['USE_PGBOUNCER', ...PGBOUNCER],
    weight: 'warning',
    check(values, setAs) {
      const set = named(PGBOUNCER, setAs)
      return set.length > 0 && !values.usePgbouncer
        ? `${areOrIs(set)} not used: USE_PGBOUNCER is false`
        : null
    },
  },
  {
    reads: ['DURABILITY', 'DATABASE_URL', 'DB_HOST'],
    weight: 'warning',
    check(values, setAs) {
      if (!isEmbedded(values)) {
        return setAs('DURABILITY')
          ? 'DURABILITY has no effect on PostgreSQL, which has settings of its own'
          : null
      }
      return values.durability === 'process'
        ? 'DURABILITY=process is not safe against power loss: signals accepted just before it can be gone'
        : null
    },
  },
  {
    reads: ['DB_POOL_SIZE', 'DATABASE_URL', 'DB_HOST', ...POOL],
    weight: 'warning',
    check(values, setAs) {
      const set = named(POOL, setAs)
      return set.length > 0 && isEmbedded(values)
        ? `${haveOrHas(set)} no effect: the embedded database has one connection`
        : null
    },
  },
  {
    reads: ['DEST_WEBHOOK_URL', ...DESTINATION],
    weight: 'warning',
    check(values, setAs) {
      const set = named(DESTINATION, setAs)
      return set.length > 0 && !values.destWebhookUrl
        ? `${haveOrHas(set)} no effect without DEST_WEBHOOK_URL`
        : null
    },
  },
  {
    reads: ['EGRESS_ALLOW'],
    weight: 'warning',
    check: ({ egressAllow }) =>
      egressAllow.some(isEverything)
        ? `EGRESS_ALLOW=${egressAllow.join(',')} lets addresses set over the API reach every private network`
        : null,
  },
]

const isEverything = (network: string): boolean => network.endsWith('/0')

export const RULES: readonly Rule[] = [...refusals, ...warnings]
