/** One run of the embedded database: its worker, and the pool of one connection to it, from opening to its end. */
import { Worker } from 'node:worker_threads'
import { Pool, type PoolClient } from 'pg'
import { after } from '../../runtime/index.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { settledWithin } from '../settled-within.ts'
import { typeParsers } from '../type-parsers.ts'
import type { SocketPlace } from './socket-path.ts'
import { BROKEN_OFF, type WorkerTask, type WorkerWord } from './worker-words.ts'

export interface Engine {
  /** The one connection, when it is free. Rejects when the engine is killed before. */
  connect(): Promise<PoolClient>
  /** How many wait for it. */
  readonly waiting: number
  /** Resolves when the worker has ended, wanted or not, with the reason. */
  readonly ended: Promise<string>
  /** Lets the database shut down; ends the worker if that takes too long. */
  close(): Promise<void>
  /** Ends the worker at once, whatever it does, and fails what waits for it. Nothing runs on the folder afterwards. */
  kill(): Promise<void>
}

/** Recovery after a crash replays at most a few hundred MB. */
const OPEN_MS = 60_000
const CLOSE_MS = 10_000
/** So deep that PostgreSQL's own `max_stack_depth` comes first: an orderly error instead of a broken statement. */
const STACK_MB = 32

export async function startEngine(folder: string, place: SocketPlace): Promise<Engine> {
  const task: WorkerTask = { folder, socketPath: place.path }
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: task,
    execArgv: [],
    resourceLimits: { stackSizeMb: STACK_MB },
  })
  const ended = new Promise<string>((resolve) => {
    worker.once('error', (error) => resolve(String((error as Error).message ?? error)))
    worker.once('exit', (code) =>
      resolve(code === BROKEN_OFF ? 'it broke off inside a statement' : `its worker ended with code ${code}`),
    )
  })
  try {
    await heard(worker, 'ready', OPEN_MS, ended)
  } catch (error) {
    await worker.terminate()
    throw error
  }
  const connection = openConnection(place)
  return {
    connect: connection.take,
    get waiting() {
      return connection.waiting
    },
    ended,
    async close() {
      await connection.end(CLOSE_MS)
      // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
      worker.postMessage('close')
      await heard(worker, 'closed', CLOSE_MS, ended).catch(() => {})
      await worker.terminate()
    },
    async kill() {
      connection.cut()
      await worker.terminate()
    },
  }
}

/** PGlite has one session, so there is one connection: a second would share its transactions. */
function openConnection(place: SocketPlace) {
  const pool = new Pool({
    host: place.folder,
    user: 'postgres',
    database: 'postgres',
    max: 1,
    idleTimeoutMillis: 0,
    types: typeParsers,
  })
  const streams = new Map<PoolClient, { destroy(): void }>()
  const waiting = new Set<(error: Error) => void>()
  pool.on('connect', (client) => {
    streams.set(
      client,
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream,
    )
    // An idle connection that breaks is noticed by its next use.
    client.on('error', () => {})
  })
  pool.on('remove', (client) => streams.delete(client))
  pool.on('error', () => {})
  const fail = (error: Error): void => waiting.forEach((reject) => reject(error))
  return {
    take(): Promise<PoolClient> {
      return new Promise((resolve, reject) => {
        waiting.add(reject)
        pool
          .connect()
          .then(resolve, reject)
          .finally(() => waiting.delete(reject))
      })
    },
    get waiting() {
      return waiting.size
    },
    /** Ends the connection when its statements are done, or after `ms`. */
    async end(ms: number): Promise<void> {
      fail(new DatabaseUnavailable('The embedded database is being closed', 'none'))
      await settledWithin(ms, pool.end())
    },
    /** Fails every statement under way and every wait, now. */
    cut(): void {
      for (const stream of streams.values()) stream.destroy()
      fail(new DatabaseUnavailable('The embedded database was ended', 'none'))
      void pool.end().catch(() => {})
    },
  }
}

/** Waits for a word of the worker; rejects when it ends or stays silent instead. */
function heard(worker: Worker, wanted: WorkerWord, ms: number, ended: Promise<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = after(ms, () =>
      reject(new Error(`the embedded database did not say "${wanted}" in ${ms} ms`)),
    )
    worker.on('message', (word: WorkerWord) => {
      if (word !== wanted) return
      cancel()
      resolve()
    })
    void ended.then((reason) => {
      cancel()
      return reject(new Error(`the embedded database ended: ${reason}`))
    })
  })
}
