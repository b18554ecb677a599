/**
 * A database of its own for each test file, with the schema of now: embedded, or on PostgreSQL where TEST_DATABASE_URL says
 * so. Tests of what is embedded only take `data-folder.ts` instead, and so run once.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { OpenDatabase } from '../src/platform/db/index.ts'
import { bringUp, freshDataDir, openForTest } from './data-folder.ts'

export interface TestDatabase {
  db: OpenDatabase
  /** Address of the PostgreSQL database; undefined when it is embedded. */
  url: string | undefined
  /** Folder of the embedded database; an empty one otherwise. */
  dataDir: string
  /** Closes it and removes what there is of it. Call it in `afterAll`. */
  close(): Promise<void>
}

/** A new database with all migrations and the partitions around now; without either where `empty`. On `server` where given. */
export async function freshDatabase({
  empty = false,
  server = process.env['TEST_DATABASE_URL'],
}: { empty?: boolean; server?: string | undefined } = {}): Promise<TestDatabase> {
  return server ? await freshOnServer(server, empty) : await freshFolder(empty)
}

async function freshFolder(empty: boolean): Promise<TestDatabase> {
  const dataDir = await freshDataDir({ empty })
  const db = await openForTest(dataDir)
  return { db, url: undefined, dataDir, close: closing(db, () => rm(dataDir, { recursive: true })) }
}

async function freshOnServer(server: string, empty: boolean): Promise<TestDatabase> {
  const name = `signalbox_test_${process.pid}_${randomBytes(4).toString('hex')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-db-'))
  const db = await openForTest(dataDir, url.href)
  if (!empty) await bringUp(db)
  const remove = async () => {
    await onServer(server, `drop database ${name} with (force)`)
    await rm(dataDir, { recursive: true })
  }
  return { db, url: url.href, dataDir, close: closing(db, remove) }
}

async function onServer(server: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

const closing = (db: OpenDatabase, remove: () => Promise<void>) => async (): Promise<void> => {
  await db.close()
  await remove()
}
