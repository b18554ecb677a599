/** What the rooms know of the database: SQL in, rows out, and when a write is safe. */

export type Row = Record<string, unknown>

export interface StatementOptions {
  /** A name of its own for a hot statement: prepared once per connection where that is possible, ignored elsewhere. */
  name?: string
  /** How long the statement may take, instead of the usual 3.5 s. Past it, it fails with `DatabaseUnavailable`. */
  deadlineMs?: number
}

export interface Queries {
  /**
   * Runs one statement and gives its rows. int8 comes as number (all our bigints stay below 2^53), numeric as text,
   * timestamptz as epoch milliseconds (number), date as `YYYY-MM-DD`, json and jsonb parsed, arrays as arrays, uuid as
   * text, bytea as Buffer. Without parameters the text may hold several statements; the rows are those of the last.
   */
  query<R extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StatementOptions,
  ): Promise<R[]>
}

/** What an acknowledged write survives: a power cut, or only the end of the process. */
export type Durability = 'power' | 'process'

export interface Database extends Queries {
  readonly kind: 'embedded' | 'postgres'
  /** PostgreSQL by `DATABASE_URL` is taken at its word: `power`. */
  readonly durability: Durability
  /** As `query`, for statements that change something: resolves once the change would survive a power cut. */
  write<R extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StatementOptions,
  ): Promise<R[]>
  /**
   * Runs `work` inside one transaction and resolves once it is durable. Embedded there is ONE connection: code inside
   * must use the handle it is given and never reach for the database itself (that throws). Keep it short, at most 10 s
   * or `deadlineMs`: no outside call inside.
   */
  transaction<T>(work: (tx: Queries) => Promise<T>, options?: { deadlineMs?: number }): Promise<T>
  close(): Promise<void>
}
