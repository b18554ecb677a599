/**
 * Puts the write-ahead log on the disk after commits, since PGlite does not. Calls that arrive while a sync runs share
 * the next one, so that one disk access serves a group of commits. The SQL thread never waits for it.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from './sync-files.ts'

export interface WalSync {
  /** Resolves once all that was committed before the call is on the disk. Rejects when the disk fails. */
  sync(): Promise<void>
  /** How many syncs there were. */
  readonly rounds: number
  close(): Promise<void>
}

const SEGMENT = /^[0-9A-F]{24}$/

/** The WAL segments of a database folder, oldest first. */
export async function walSegments(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'pg_wal'))).filter((name) => SEGMENT.test(name)).sort()
}

/** For the database in `folder`, whose files have all been synced at this moment (`syncTree`). */
export function openWalSync(folder: string): WalSync {
  const wal = join(folder, 'pg_wal')
  const files = new Map<string, FileHandle>()
  /** The oldest segment that commits may have gone to since the last sync; older ones are on the disk. */
  let current = ''
  let rounds = 0
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  async function round(): Promise<void> {
    // Read after the commit: a segment that appears later holds later commits only.
    const segments = await walSegments(folder)
    const written = segments.filter((name) => name >= current)
    let fresh = false
    for (const name of written) {
      if (files.has(name)) continue
      files.set(name, await open(join(wal, name), 'r+'))
      fresh = true
    }
    for (const name of written) await files.get(name)!.datasync()
    if (fresh) await syncFolder(wal)
    // The newest may have been made ahead of its use, by a checkpoint: commits may still go to the one before it.
    current = segments.at(-2) ?? segments.at(-1) ?? current
    rounds += 1
    for (const [name, file] of files) {
      if (name >= current) continue
      files.delete(name)
      await file.close()
    }
  }

  function start(): Promise<void> {
    running = round().finally(() => {
      running = null
    })
    return running
  }

  return {
    sync() {
      if (running === null) return start()
      // The running sync may have passed what was just committed: the next one has not begun.
      next ??= running
        .catch(() => {})
        .then(() => {
          next = null
          return start()
        })
      return next
    },
    get rounds() {
      return rounds
    },
    async close() {
      await next?.catch(() => {})
      await running?.catch(() => {})
      for (const file of files.values()) await file.close()
      files.clear()
    },
  }
}
