/** Reads the environment and the `.env` file beside it; the environment wins. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Environment } from './load.ts'

/** What is set, and which of it only the file says. Throws when there is a file that cannot be read. */
export function readEnvironment(
  folder: string,
  processEnv: Environment = process.env,
): { env: Environment; fromFile: ReadonlySet<string> } {
  const file = readFile(join(folder, '.env'))
  const fromFile = new Set(Object.keys(file).filter((name) => (processEnv[name]?.trim() ?? '') === ''))
  const ofFile = Object.fromEntries([...fromFile].map((name) => [name, file[name]]))
  return { env: { ...processEnv, ...ofFile }, fromFile }
}

function readFile(path: string): Environment {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'ENOENT') return {}
    throw new Error(`${path} cannot be read (${code ?? 'unknown error'})`, { cause: error })
  }
  return parseEnv(text.replace(/^\uFEFF/, ''))
}
