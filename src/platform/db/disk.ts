/** Room on the disk: how much is free, and a ballast file that can be thrown off so that a full disk lets us start again. */
import { open, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

/** Below this nothing new is accepted. */
export const FREE_BYTES_MIN = 200 * 1024 * 1024
const BALLAST_BYTES = 16 * 1024 * 1024

const ballast = (dataDir: string): string => join(dataDir, 'ballast')

/** What we may still write on the disk of the folder. */
export async function freeBytes(dataDir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dataDir)
  return bavail * bsize
}

/** Writes the ballast (real bytes, not a hole) if it is not there and there is room. True when it is there. */
export async function ensureBallast(dataDir: string): Promise<boolean> {
  const there = await stat(ballast(dataDir)).catch(() => null)
  if (there !== null) return true
  if ((await freeBytes(dataDir)) < FREE_BYTES_MIN + BALLAST_BYTES) return false
  const draft = `${ballast(dataDir)}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(Buffer.alloc(BALLAST_BYTES, 0xa5))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, ballast(dataDir))
  return true
}

/** Throws the ballast off, for `doctor` on a full disk. True if there was any. */
export async function releaseBallast(dataDir: string): Promise<boolean> {
  const there = await stat(ballast(dataDir)).catch(() => null)
  await rm(ballast(dataDir), { force: true })
  return there !== null
}
