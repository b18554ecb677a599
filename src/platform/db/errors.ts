/** What can go wrong with a statement, sorted by what the caller can do about it. */

/** `none`: nothing was changed. `unknown`: it may have been; read by the id you gave before you repeat. */
export type Outcome = 'none' | 'unknown'

/** The database did not do it, or did not say so in time. Worth trying again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  readonly code = 'database-unavailable'
  readonly retryable = true
  readonly outcome: Outcome

  constructor(message: string, outcome: Outcome, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.outcome = outcome
  }
}

/** More is waiting to be written than may wait. Nothing was written; worth trying again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded'
  readonly code = 'overloaded'
  readonly retryable = true
  readonly outcome = 'none'
}

/** The fields of an error that the server itself sent. */
interface ServerError {
  code: string
  severity: string
  message: string
  constraint?: string
}

/** True when the statement failed because of the data it was given, so that a smaller group may pass. */
export function isDataError(error: unknown): boolean {
  return isServerError(error) && /^(22|23|54)/.test(error.code) && !isMissingPartition(error)
}

/** True when no partition covers the row: not the row's fault, and over as soon as the partition is made. */
function isMissingPartition(error: unknown): boolean {
  return (
    isServerError(error) && error.code === '23514' && error.message.startsWith('no partition of relation')
  )
}

/**
 * What the server sends when it is it, not the statement, that cannot: lost connections, conflicts between transactions, no
 * resources, locks, cancelled, shutting down, read-only after a failover, input and output errors.
 */
const serverCannot = /^(08|40|53|57|58|55P03|25006|25P0[34])/
/** Those after which the work may have been done all the same. */
const mayHaveHappened = /^(08|57P0|58)/
/** What `pg` and the network say, without a code of the server's, when the connection is at fault. */
const connectionLost =
  /^(Connection terminated|Client (was closed|has encountered)|timeout e|Cannot use a pool|The server does not support SSL)/

/** The error as callers see it: `DatabaseUnavailable` where trying again can help, else the error itself. */
export function asCallerSees(error: unknown, whenLost: Outcome): unknown {
  if (error instanceof DatabaseUnavailable || !(error instanceof Error)) return error
  if (isServerError(error)) {
    if (!serverCannot.test(error.code) && !isMissingPartition(error)) return error
    const outcome = mayHaveHappened.test(error.code) ? whenLost : 'none'
    return new DatabaseUnavailable(`The database could not: ${error.message}`, outcome, error)
  }
  if (!isLost(error)) return error
  return new DatabaseUnavailable(`The database is away: ${error.message}`, whenLost, error)
}

/** True when the connection it came over is not to be used again. */
export function endsConnection(error: unknown): boolean {
  if (isServerError(error)) return error.severity !== 'ERROR'
  return error instanceof DatabaseUnavailable || (error instanceof Error && isLost(error))
}

function isLost(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return (code !== undefined && /^E[A-Z_]+$/.test(code)) || connectionLost.test(error.message)
}

function isServerError(error: unknown): error is ServerError {
  const { code, severity } = (error ?? {}) as Partial<ServerError>
  return typeof code === 'string' && code.length === 5 && typeof severity === 'string'
}
