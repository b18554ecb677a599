/** How the database is reached: one connection string out of the several ways to set it. Pure. */
import type { Kind } from './kind.ts'
import { MASK, secret, type Secret } from './secret.ts'

/** `postgresql://…`; SQLAlchemy's `postgresql+asyncpg://…` and `postgres://…` are understood. */
export const databaseAddress: Kind<Secret> = {
  expects:
    'an address such as postgresql://user:password@host:5432/name ' +
    '(characters such as @ : / # in the password written as %40 %3A %2F %23)',
  parse(text) {
    const url = read(text)
    return url === undefined ? undefined : secret(url.href)
  },
  show(value) {
    const url = new URL(value.reveal())
    if (url.password !== '') url.password = MASK
    if (url.searchParams.has('password')) url.searchParams.set('password', MASK)
    return url.href
  },
  secret: true,
}

function read(text: string): URL | undefined {
  const scheme = /^postgres(?:ql)?(\+[a-z0-9_]+)?:\/\//i.exec(text)
  const plain = scheme && `postgresql://${text.slice(scheme[0].length)}`
  if (!plain || /\s/.test(plain) || !URL.canParse(plain)) return undefined
  const url = new URL(plain)
  if (url.hash !== '' || (url.hostname === '' && !url.searchParams.has('host'))) return undefined
  const ssl = url.searchParams.get('ssl')
  if (scheme[1] !== undefined && ssl !== null) {
    // asyncpg says `ssl` where everybody else says `sslmode`.
    url.searchParams.delete('ssl')
    url.searchParams.set('sslmode', ssl)
  }
  return url
}

export interface DatabaseSettings {
  readonly databaseUrl: Secret | undefined
  readonly dbHost: string | undefined
  readonly dbPort: number
  readonly dbName: string
  readonly dbUser: string
  readonly dbPassword: Secret | undefined
  readonly usePgbouncer: boolean
  readonly pgbouncerHost: string | undefined
  readonly pgbouncerPort: number
}

/**
 * The connection string, through PgBouncer when it is used; undefined when the database is embedded.
 * `DATABASE_URL` wins over `DB_HOST` and its parts. Without `PGBOUNCER_HOST`, PgBouncer is looked for beside
 * the database. Holds the password.
 */
export function databaseUrl(settings: DatabaseSettings): string | undefined {
  const url = addressOf(settings)
  if (url === undefined || !settings.usePgbouncer) return url?.href
  if (settings.pgbouncerHost !== undefined) {
    url.searchParams.delete('host')
    url.hostname = bracketed(settings.pgbouncerHost)
  }
  url.searchParams.delete('port')
  url.port = String(settings.pgbouncerPort)
  return url.href
}

function addressOf(settings: DatabaseSettings): URL | undefined {
  if (settings.databaseUrl !== undefined) return new URL(settings.databaseUrl.reveal())
  if (settings.dbHost === undefined) return undefined
  const url = new URL(`postgresql://${bracketed(settings.dbHost)}:${settings.dbPort}`)
  url.username = encodeURIComponent(settings.dbUser)
  url.password = encodeURIComponent(settings.dbPassword?.reveal() ?? '')
  url.pathname = `/${settings.dbName}`
  return url
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
