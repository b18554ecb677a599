/** The worker thread of the embedded database: opens PGlite on a folder and serves it on a Unix socket. */
import { rmSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { startParams } from './start-params.ts'
import { BROKEN_OFF, type WorkerTask, type WorkerWord } from './worker-words.ts'

/** How PostgreSQL leaves a statement that failed in an orderly way. */
const ORDERLY_STATUS = 100

const { folder, socketPath } = workerData as WorkerTask

/** PostgreSQL's own last words, which PGlite leaves out of its errors. */
let lastWords = ''
const db = await PGlite.create({
  dataDir: folder,
  startParams: [...PGlite.defaultStartParams, ...startParams],
  onStderr(text) {
    if (/FATAL|PANIC/.test(text)) lastWords = text
    return true
  },
}).catch((error: unknown) => {
  throw new Error(`${(error as Error).message} ${lastWords}`.trim())
})
endWhenBrokenOff(db)
rmSync(socketPath, { force: true })
const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 4 })
await server.start()

parentPort?.once('message', async () => {
  await server.stop()
  await db.close()
  say('closed')
  parentPort?.close()
})
say('ready')

/**
 * PGlite swallows what PostgreSQL throws in a disorderly way (a stack overflow, a trap, an abort) and answers as if the
 * statement had succeeded; after that its memory is not to be trusted. We end before that answer is out.
 */
function endWhenBrokenOff({ Module }: PGlite): void {
  const runOnce = Module._PostgresMainLoopOnce
  Module._PostgresMainLoopOnce = () => {
    try {
      runOnce()
    } catch (error) {
      if ((error as { status?: unknown }).status !== ORDERLY_STATUS) process.exit(BROKEN_OFF)
      throw error
    }
  }
}

function say(word: WorkerWord): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(word)
}
