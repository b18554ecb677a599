/** A fresh PostgreSQL database for one target, dropped after it. */
import { Client } from 'pg'
import { undoneAtEnd } from './cleanup.ts'

/** Of the server: its role may create databases. `BENCH_POSTGRES_URL` names another one. */
const ADMIN_URL = process.env.BENCH_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

async function admin<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: ADMIN_URL, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

let made = 0

/** @throws when the server is not there or refuses. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `signalbox_bench_${process.pid}_${++made}`
  await admin((client) => client.query(`create database ${name}`))
  const url = new URL(ADMIN_URL)
  url.pathname = `/${name}`
  const drop = undoneAtEnd(() =>
    admin(async (client) => {
      await client.query(`drop database ${name} with (force)`)
    }),
  )
  return { url: url.href, drop }
}

/** Version and the settings that say what a commit means there; null without a server. */
export async function describePostgres(): Promise<Record<string, string> | null> {
  const names = "'server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'"
  try {
    return await admin(async (client) => {
      const sql = `select name, setting from pg_settings where name in (${names})`
      const { rows } = await client.query<{ name: string; setting: string }>(sql)
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
    })
  } catch {
    return null
  }
}
