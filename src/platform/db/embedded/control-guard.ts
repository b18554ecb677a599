/**
 * Guards the moments in which PostgreSQL moves its checkpoint on. Its control file may reach the disk before the pages it
 * vouches for; so a copy of the old one is put aside first, and taken away when everything is on the disk. A copy that is
 * still there at the next start means: go back behind that checkpoint; the WAL since then heals every page.
 */
import { copyFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFile, syncFolder, syncTree } from './sync-files.ts'

const control = (folder: string): string => join(folder, 'global', 'pg_control')
const copy = (folder: string): string => join(folder, 'pg_control.prev')

/** Goes back behind a checkpoint that was not proven to be on the disk. True if there was one. Before every open. */
export async function restoreControl(folder: string): Promise<boolean> {
  if (!(await isThere(copy(folder)))) return false
  await copyFile(copy(folder), control(folder))
  await syncFile(control(folder))
  // The checkpoint rewrote it without a sync; it belongs to the new control file.
  await rm(join(folder, 'pg_logical', 'replorigin_checkpoint'), { force: true })
  await syncFolder(join(folder, 'pg_logical'))
  await syncFolder(join(folder, 'global'))
  await dropCopy(folder)
  return true
}

/**
 * Puts the control file of now aside. Whole or not at all: the name appears only when the bytes are on the disk. A copy
 * that is there already stays: what came after it was not proven to be on the disk.
 */
async function placeCopy(folder: string): Promise<void> {
  if (await isThere(copy(folder))) return
  const draft = `${copy(folder)}.draft`
  await copyFile(control(folder), draft)
  await syncFile(draft)
  await rename(draft, copy(folder))
  await syncFolder(folder)
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

async function dropCopy(folder: string): Promise<void> {
  await rm(copy(folder), { force: true })
  await syncFolder(folder)
}

/** Runs what moves the checkpoint (opening, `checkpoint`, closing) under the guard, then puts everything on the disk. */
export async function guarded<T>(folder: string, step: () => Promise<T>): Promise<T> {
  await placeCopy(folder)
  const result = await step()
  await syncTree(folder)
  await dropCopy(folder)
  return result
}
