/** Runs a few lines of TypeScript as a process of its own, for tests that kill, race or trace one. */
import { spawn, type ChildProcess } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

export interface ChildProgram {
  process: ChildProcess
  /** The lines it has written so far. */
  lines: string[]
  /** Resolves with the first line that matches, past or to come; rejects when it ends without one. */
  line(pattern: RegExp): Promise<string>
  /** Resolves when it has ended, with its exit code (null when it was killed) and all that it wrote to standard error. */
  ended: Promise<{ code: number | null; stderr: string }>
}

const root = join(import.meta.dirname, '..')

/** The address of a file of the project, for the imports of a child program. */
export const projectFile = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href)

/** Starts `code` (an ES module in TypeScript), under another program such as strace if `under` is given. */
export function startProgram(
  code: string,
  { env = {}, under = [] }: { env?: Record<string, string>; under?: readonly string[] } = {},
): ChildProgram {
  const command = [...under, process.execPath, '--input-type=module-typescript', '--eval', code]
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const watchers = new Set<() => void>()
  let rest = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
    for (const look of watchers) look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }))
  })
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find((one) => pattern.test(one))
        if (found === undefined) return
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
      void ended.then(() => reject(new Error(`it ended without a line like ${pattern}: ${stderr}`)))
    })
  return { process: child, lines, line, ended }
}
