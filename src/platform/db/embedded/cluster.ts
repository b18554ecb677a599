/** The folder of the embedded database: made whole and on the disk before it has its name, or not at all. */
import { execFile } from 'node:child_process'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { syncFolder, syncTree } from './sync-files.ts'

/** The PostgreSQL inside the PGlite we use. */
const MAJOR = '18'
const MAKE_MS = 120_000
const program = fileURLToPath(new URL('make-cluster.ts', import.meta.url))

/** The database folder inside `dataDir`, made if it is not there. Throws if another PostgreSQL wrote it. */
export async function openCluster(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'pg')
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version === null) {
    await makeCluster(dataDir, folder)
  } else if (version.trim() !== MAJOR) {
    throw new Error(
      `${folder} was written by PostgreSQL ${version.trim()}, this program brings ${MAJOR}: start the version of ` +
        'Signalbox that wrote it, or set DATA_DIR to another folder',
    )
  }
  return folder
}

async function makeCluster(dataDir: string, folder: string): Promise<void> {
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await promisify(execFile)(process.execPath, [program, draft], { timeout: MAKE_MS })
  await syncTree(draft)
  await rename(draft, folder)
  await syncFolder(dataDir)
}
