/** The config file of the older program: read when it appears or is edited, refused whole when it is wrong. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { every, type Logger } from '../platform/runtime/index.ts'
import { finvizConfig, type FinvizChange } from './config.ts'

const LOOK_MS = 1_000

export interface ConfigFile {
  /** Writes what is in force, if there is a file: nobody gets a file they did not make. */
  write(config: object): Promise<void>
  stop(): Promise<void>
}

/**
 * The last change wins, whoever made it: an edit of the file, the API, or the CLI. At the start a file counts when it was
 * edited after `changedAtMs`, the last change that is stored.
 */
export function watchConfigFile(
  path: string,
  changedAtMs: number,
  onChange: (change: FinvizChange) => Promise<void>,
  log: Logger,
): ConfigFile {
  let seenMs = changedAtMs
  const look = async () => {
    const editedMs = await editedAt(path)
    if (editedMs === null || editedMs <= seenMs) return
    seenMs = editedMs
    const read = readConfig(await readFile(path, 'utf8'))
    if ('faults' in read)
      log.error({ file: path, faults: read.faults }, 'the config file is wrong; what was in force stays')
    else await onChange(read.change)
  }
  const stop = every(LOOK_MS, look, (error) =>
    log.warn({ err: error, file: path }, 'the config file cannot be read'),
  )
  return {
    async write(config) {
      if ((await editedAt(path)) === null) return
      await writeFile(`${path}.new`, `${JSON.stringify(config, null, 2)}\n`)
      await rename(`${path}.new`, path)
      seenMs = (await editedAt(path)) ?? seenMs
    },
    stop,
  }
}

/** All faults of a file's text at once, or the change it asks for. Pure. */
export function readConfig(text: string): { change: FinvizChange } | { faults: string[] } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { faults: [`not JSON: ${(error as Error).message}`] }
  }
  const parsed = finvizConfig.safeParse(value)
  if (parsed.success) return { change: parsed.data }
  return {
    faults: parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || 'file'}: ${issue.message}`),
  }
}

async function editedAt(path: string): Promise<number | null> {
  return stat(path).then(
    (file) => file.mtimeMs,
    () => null,
  )
}
