/** Puts files and folders on the disk: what `fsync` is for, off the event loop. */
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Files synced at a time: half of the thread pool, so that the WAL of a commit never queues behind them. */
const AT_A_TIME = 2

/** Syncs one file. One that has vanished needs no sync. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, constants.O_RDWR).catch(unlessGone)
  if (file === null) return
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Syncs the names in a folder, where the system can do that. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY).catch(unlessGone)
  if (folder === null) return
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems cannot sync folders, and need not.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'].includes(codeOf(error))) throw error
  } finally {
    await folder.close()
  }
}

/** Syncs every file and folder below `path`, and `path` itself last. */
export async function syncTree(path: string): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const at = (entry: (typeof entries)[number]) => join(entry.parentPath, entry.name)
  const files = entries.filter((entry) => entry.isFile()).map(at)
  const worker = async (): Promise<void> => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) await syncFile(file)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
  for (const entry of entries) if (entry.isDirectory()) await syncFolder(at(entry))
  await syncFolder(path)
}

function unlessGone(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''
