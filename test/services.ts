/** Finds the outside services some tests need, and says whether a test without one is skipped or fails. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'

/** What a test title calls each service; the closing line looks for these words in skipped tests. */
export const serviceTitles = {
  postgres: 'PostgreSQL',
  pgbouncer: 'PgBouncer',
  redis: 'Redis',
  chromium: 'Chromium',
  strace: 'strace',
  promtool: 'promtool',
  sharedData: 'shared data',
} as const

export type ServiceName = keyof typeof serviceTitles

/** True where a missing service is a failure: CI sets SERVICES=required. */
export const servicesRequired = process.env['SERVICES'] === 'required'

const postgresUrl = process.env['TEST_DATABASE_URL'] || 'postgres://postgres@127.0.0.1:5432/postgres'
const dataFolder = new URL('../../shared/data', import.meta.url).pathname

/** Where each service is (an address, a program or a folder), or null when it is not there. */
export const services: Readonly<Record<ServiceName, string | null>> = {
  postgres: (await answersSql(postgresUrl)) ? postgresUrl : null,
  pgbouncer: program('pgbouncer'),
  redis: program('redis-server'),
  chromium: program('chromium'),
  strace: program('strace'),
  promtool: program('promtool'),
  sharedData: existsSync(dataFolder) ? dataFolder : null,
}

/** What CI insists on. The recordings (`shared data`) are not ours to publish: only where they lie. */
export const insistedOn: readonly ServiceName[] = [
  'postgres',
  'pgbouncer',
  'redis',
  'chromium',
  'strace',
  'promtool',
  ...(services.sharedData ? (['sharedData'] as const) : []),
]

/**
 * Where the service is, or null when the tests that need it are to be skipped. Throws where services are
 * required, so that the file fails: `describe.skipIf(!requireService('redis'))('over Redis', ...)`.
 */
export function requireService(name: ServiceName): string | null {
  const found = services[name]
  if (found === null && servicesRequired && insistedOn.includes(name)) {
    throw new Error(`SERVICES=required, but ${serviceTitles[name]} is not there`)
  }
  return found
}

function program(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

async function answersSql(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_500 })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
