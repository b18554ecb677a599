/** Keeps generated secrets in the data folder: the seal key itself, and tokens sealed with it. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { KEY_BYTES, type Sealer } from './sealing.ts'
import { makeToken } from './tokens.ts'

/**
 * The configured key (32 bytes as base64), else the one in `dataDir/seal.key`, which is made when there is
 * none.
 */
export function loadSealKey(dataDir: string, configured?: string): Buffer {
  if (configured !== undefined) return keyFrom(configured, 'SEAL_KEY')
  const path = join(dataDir, 'seal.key')
  const { text } = readOrCreate(path, () => randomBytes(KEY_BYTES).toString('base64'))
  return keyFrom(text, path)
}

/**
 * The generated secret of that name (lower-case words joined by `-`), kept sealed in `dataDir/<name>.sealed`;
 * made by `make` when there is none, a token of that kind unless said otherwise. Throws an error that names
 * the file when it was sealed with another key.
 */
export function loadOrCreateToken(
  sealer: Sealer,
  dataDir: string,
  name: string,
  make: () => string = () => makeToken(name.replaceAll('-', '')),
): { token: string; created: boolean } {
  if (!/^[a-z]+(-[a-z]+)*$/.test(name)) throw new Error(`not a name for a sealed file: ${name}`)
  const path = join(dataDir, `${name}.sealed`)
  const { text, created } = readOrCreate(path, () => sealer.seal(make()))
  try {
    return { token: sealer.open(text), created }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it does not open'
    throw new Error(`${path}: ${why} (or remove the file, and a new secret is made)`, { cause: error })
  }
}

function keyFrom(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== KEY_BYTES) throw new Error(`${where} does not hold ${KEY_BYTES} bytes in base64`)
  return key
}

/** The first of several starters writes the file; the others read what it wrote, never half of it. */
function readOrCreate(path: string, make: () => string): { text: string; created: boolean } {
  const there = readIfThere(path)
  if (there !== undefined) return { text: there, created: false }
  const text = make()
  if (createDurably(path, text)) return { text, created: true }
  return { text: readFileSync(path, 'utf8').trim(), created: false }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Writes aside and links into place, so that the name never stands for less than the whole; false when it is
 * taken.
 */
function createDurably(path: string, text: string): boolean {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = openSync(aside, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(aside, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(aside)
    syncFolder(folder)
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } catch {
    // Some file systems cannot sync a folder; the file itself is safe.
  } finally {
    closeSync(handle)
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code
