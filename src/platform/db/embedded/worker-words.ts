/** What the worker of the embedded database and the thread that starts it say to each other. */

/** What the worker is given. */
export interface WorkerTask {
  folder: string
  socketPath: string
}

/** What the worker says: `ready` once, `closed` after it was told to close. A fault ends the worker with its error. */
export type WorkerWord = 'ready' | 'closed'

/** The exit code of a worker whose PostgreSQL broke off inside a statement. */
export const BROKEN_OFF = 70
