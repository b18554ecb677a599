/** The worker thread of the embedded database: opens PGlite on a folder and serves it on a Unix socket. */
import { rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { startParams } from './start-params.ts'

/** What the worker is given. */
export interface WorkerTask {
  folder: string
  socketPath: string
}

/** What the worker says: `ready` once, `closed` after it was told to `close`. A fault ends the worker with its error. */
export type WorkerWord = 'ready' | 'closed'

const { folder, socketPath } = workerData as WorkerTask

const db = await PGlite.create({
  dataDir: folder,
  noInitDb: true,
  startParams: [...PGlite.defaultStartParams, ...startParams],
})
rmSync(socketPath, { force: true })
const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 4 })
await server.start()

// oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
const say = (word: WorkerWord): void => parentPort?.postMessage(word)

parentPort?.once('message', async () => {
  await server.stop()
  await db.close()
  say('closed')
  parentPort?.close()
})
say('ready')
