/** A `Database` over a pool of `pg`: deadlines, error classes, transactions, and the sync after each write. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { PoolClient, QueryResult } from 'pg'
import { after, monotonicMs } from '../runtime/index.ts'
import type { Database, Durability, Queries, Row, StatementOptions } from './database.ts'
import { settledWithin } from './settled-within.ts'
import { asCallerSees, DatabaseUnavailable, endsConnection, type Outcome } from './errors.ts'

export interface PoolPorts {
  kind: Database['kind']
  durability: Durability
  /** Whether statements may be prepared under their name. */
  named: boolean
  /** A free connection; rejects with `DatabaseUnavailable` where there is none in time. */
  connect(): Promise<PoolClient>
  /** Resolves once everything committed before the call would survive a power cut. */
  synced(): Promise<void>
  /** A statement missed its deadline. */
  onMiss(sql: string): void
  close(): Promise<void>
}

/** A hung embedded database is noticed after this and back a second later: within five seconds in all. */
const STATEMENT_MS = 3_500
/** How long closing waits for what is under way. */
const DRAIN_MS = 5_000
const TRANSACTION_MS = 10_000
/** After our own event loop was blocked, answers that are already here are read before anything is called late. */
const GRACE_MS = 50

export function poolDatabase(ports: PoolPorts): Database {
  const inside = new AsyncLocalStorage<{ open: boolean }>()

  async function onClient<T>(whenLost: Outcome, work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (inside.getStore()?.open) {
      throw new Error(
        'code inside a transaction reached for the database: it must use the handle it was given',
      )
    }
    const client = await ports.connect().catch(rethrow('none'))
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      client.release(endsConnection(error))
      throw asCallerSees(error, whenLost)
    }
  }

  async function query<R extends Row>(sql: string, params?: readonly unknown[], options?: StatementOptions) {
    return await onClient('unknown', async (client) =>
      rowsOf<R>(await send(ports, client, 'unknown', sql, params, options)),
    )
  }

  async function write<R extends Row>(sql: string, params?: readonly unknown[], options?: StatementOptions) {
    const rows = await query<R>(sql, params, options)
    await ports.synced()
    return rows
  }

  async function transaction<T>(work: (tx: Queries) => Promise<T>, { deadlineMs = TRANSACTION_MS } = {}) {
    const state = { open: true }
    const result = await onClient('none', (client) =>
      inTransaction(ports, client, deadlineMs, (tx) => inside.run(state, () => work(tx))).finally(() => {
        state.open = false
      }),
    )
    await ports.synced()
    return result
  }

  const underWay = drain()
  return {
    kind: ports.kind,
    durability: ports.durability,
    query: (sql, params, options) => underWay.run(() => query(sql, params, options)),
    write: (sql, params, options) => underWay.run(() => write(sql, params, options)),
    transaction: (work, options) => underWay.run(() => transaction(work, options)),
    async close() {
      await underWay.close(DRAIN_MS)
      await ports.close()
    },
  }
}

/** Counts what is under way, so that closing lets it end and takes no more. */
function drain() {
  let count = 0
  let closed = false
  let empty: () => void = () => {}
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (closed) throw new DatabaseUnavailable('The database is being closed', 'none')
      count += 1
      try {
        return await work()
      } finally {
        count -= 1
        if (count === 0) empty()
      }
    },
    async close(ms: number): Promise<void> {
      closed = true
      if (count === 0) return
      const drained = new Promise<void>((resolve) => {
        empty = resolve
      })
      await settledWithin(ms, drained)
    },
  }
}

async function inTransaction<T>(
  ports: PoolPorts,
  client: PoolClient,
  deadlineMs: number,
  work: (tx: Queries) => Promise<T>,
): Promise<T> {
  const endMs = monotonicMs() + deadlineMs
  await send(ports, client, 'none', 'begin')
  let result: T
  try {
    const tx: Queries = {
      async query<R extends Row>(sql: string, params?: readonly unknown[], options?: StatementOptions) {
        const wantedMs = options?.deadlineMs ?? Math.max(STATEMENT_MS, deadlineMs - TRANSACTION_MS)
        const leftMs = Math.max(1, Math.min(wantedMs, endMs - monotonicMs()))
        return rowsOf<R>(await send(ports, client, 'none', sql, params, { ...options, deadlineMs: leftMs }))
      },
    }
    result = await withDeadline(work(tx), deadlineMs, () => {
      throw new DatabaseUnavailable(`A transaction took longer than ${deadlineMs} ms`, 'none')
    })
  } catch (error) {
    // A connection that is given up rolls back by that.
    if (!endsConnection(error)) await send(ports, client, 'none', 'rollback')
    throw error
  }
  const ended = await send(ports, client, 'unknown', 'commit').catch(rethrow('unknown'))
  if (commandOf(ended) === 'ROLLBACK') {
    throw new Error('a statement of a transaction failed, its error was caught, and so nothing was committed')
  }
  return result
}

type Answer = QueryResult | QueryResult[]

async function send(
  ports: PoolPorts,
  client: PoolClient,
  whenLate: Outcome,
  text: string,
  params: readonly unknown[] = [],
  { name, deadlineMs = STATEMENT_MS }: StatementOptions = {},
): Promise<Answer> {
  const answer: Promise<Answer> = client.query({
    text,
    ...(params.length > 0 && { values: params as unknown[] }),
    ...(name !== undefined && ports.named && { name }),
  })
  const answered = await withDeadline(answer, deadlineMs, () => {
    ports.onMiss(text)
    throw new DatabaseUnavailable(`The database did not answer within ${Math.ceil(deadlineMs)} ms`, whenLate)
  })
  // Ready for the next, but never said that this one is complete: it is not to be taken for done.
  if (!commandOf(answered))
    throw new DatabaseUnavailable('The database broke off inside a statement', whenLate)
  return answered
}

const last = (answer: Answer): QueryResult | undefined => (Array.isArray(answer) ? answer.at(-1) : answer)
const rowsOf = <R extends Row>(answer: Answer): R[] => (last(answer)?.rows ?? []) as R[]
const commandOf = (answer: Answer): string | null | undefined => last(answer)?.command

/** Passes on what `work` settles to; past the deadline, what `miss` throws instead. */
function withDeadline<T>(work: Promise<T>, ms: number, miss: () => never): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => {
      try {
        miss()
      } catch (error) {
        reject(error as Error)
      }
    }
    let cancel = after(ms, () => {
      cancel = after(GRACE_MS, late)
    })
    work.then(resolve, reject).finally(() => cancel())
  })
}

function rethrow(whenLost: Outcome): (error: unknown) => never {
  return (error) => {
    throw asCallerSees(error, whenLost)
  }
}
