/** The embedded database as one thing that stays: locked folder, engine, syncs, and a new engine when one hangs or ends. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PoolClient } from 'pg'
import { monotonicMs, sleep, type Logger } from '../../runtime/index.ts'
import type { Durability } from '../database.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { openCluster } from './cluster.ts'
import { guarded, restoreControl } from './control-guard.ts'
import { startEngine, type Engine } from './engine.ts'
import { lockFolder, type FolderLock } from './folder-lock.ts'
import { makeSocketPlace, type SocketPlace } from './socket-path.ts'
import { openWalSync, type WalSync } from './wal-sync.ts'

export interface EmbeddedSettings {
  dataDir: string
  durability: Durability
  log: Logger
  onRestart?: () => void
}

export interface Embedded {
  readonly folder: string
  /** The one connection, when it is free. Rejects with `DatabaseUnavailable` while there is none. */
  connect(): Promise<PoolClient>
  synced(): Promise<void>
  /** Ends the engine and opens a new one. Statements under way fail; nothing acknowledged is lost. */
  restart(reason: string): Promise<void>
  /** Runs a checkpoint so that no power cut can come between its parts. `work` runs the statement. */
  checkpoint(work: () => Promise<void>): Promise<void>
  /** Statements that wait for the connection. */
  readonly waiting: number
  readonly restarts: number
  readonly syncs: number
  close(): Promise<void>
}

interface Running {
  engine: Engine
  wal: WalSync | null
}

const RETRY_MS = 2_000

export async function openEmbedded(settings: EmbeddedSettings): Promise<Embedded> {
  const { dataDir, log } = settings
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(dataDir)
  try {
    const folder = await openCluster(dataDir)
    const place = await makeSocketPlace(dataDir)
    const first = await start(settings, folder, place)
    return keepRunning(settings, folder, place, lock, first)
  } catch (error) {
    await lock.release()
    log.error({ err: error }, 'the embedded database could not be opened')
    throw error
  }
}

async function start(
  { durability, log }: EmbeddedSettings,
  folder: string,
  place: SocketPlace,
): Promise<Running> {
  // PostgreSQL's own lock file: ours says that nobody has the folder, and after a power cut it may be cut off, which
  // PostgreSQL refuses.
  await rm(join(folder, 'postmaster.pid'), { force: true })
  if (await restoreControl(folder)) log.info('went back behind a checkpoint that a crash had cut off')
  if (durability === 'process') return { engine: await startEngine(folder, place), wal: null }
  const engine = await guarded(folder, () => startEngine(folder, place))
  return { engine, wal: openWalSync(folder) }
}

function keepRunning(
  settings: EmbeddedSettings,
  folder: string,
  place: SocketPlace,
  lock: FolderLock,
  first: Running,
): Embedded {
  const { durability, log } = settings
  let running: Running | null = first
  let restarting: Promise<void> | null = null
  let checkpointing: Promise<void> = Promise.resolve()
  let restarts = 0
  let syncsBefore = 0
  let closed = false

  async function reopen(): Promise<void> {
    try {
      running = await start(settings, folder, place)
      watch(running)
    } catch (error) {
      log.error({ err: error }, `the embedded database could not be reopened; next try in ${RETRY_MS} ms`)
      await sleep(RETRY_MS)
      if (!closed) await reopen()
    }
  }

  async function replace(reason: string, old: Running): Promise<void> {
    const startMs = monotonicMs()
    log.warn({ reason }, 'the embedded database is being reopened')
    running = null
    restarts += 1
    settings.onRestart?.()
    await old.engine.kill()
    await checkpointing.catch(() => {})
    syncsBefore += old.wal?.rounds ?? 0
    await old.wal?.close()
    await reopen()
    log.info({ tookMs: Math.round(monotonicMs() - startMs) }, 'the embedded database is open again')
  }

  function restart(reason: string): Promise<void> {
    if (restarting === null && running !== null && !closed) {
      restarting = replace(reason, running).finally(() => {
        restarting = null
      })
    }
    return restarting ?? Promise.resolve()
  }

  function watch(started: Running): void {
    void started.engine.ended.then((reason) => (running === started ? restart(reason) : undefined))
  }
  watch(first)

  const unavailable = (outcome: 'none' | 'unknown', cause?: unknown): DatabaseUnavailable =>
    new DatabaseUnavailable('The embedded database is being reopened', outcome, cause)

  return {
    folder,
    async connect() {
      if (running === null) throw unavailable('none')
      return await running.engine.connect()
    },
    async synced() {
      if (durability === 'process') return
      const wal = running?.wal
      if (!wal) throw unavailable('unknown')
      try {
        await wal.sync()
      } catch (error) {
        // A disk that failed a sync may have dropped what it held: only the log from the start is to be trusted.
        void restart(`the disk failed a sync: ${String(error)}`)
        throw unavailable('unknown', error)
      }
    },
    restart,
    async checkpoint(work) {
      checkpointing = durability === 'process' ? work() : guarded(folder, work)
      await checkpointing
    },
    get waiting() {
      return running?.engine.waiting ?? 0
    },
    get restarts() {
      return restarts
    },
    get syncs() {
      return syncsBefore + (running?.wal?.rounds ?? 0)
    },
    async close() {
      if (closed) return
      closed = true
      await restarting
      await checkpointing.catch(() => {})
      const last = running
      running = null
      await last?.wal?.close()
      if (last)
        await (durability === 'process' ? last.engine.close() : guarded(folder, () => last.engine.close()))
      if (!place.folder.startsWith(settings.dataDir)) await rm(place.folder, { recursive: true, force: true })
      await lock.release()
    },
  }
}
