/** Starts a program that is measured, waits until it answers, and stops it; its environment is ours alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { undoneAtEnd } from './cleanup.ts'
import { pause } from './machine-clock.ts'

const READY_WAIT_MS = 60_000
const STOP_WAIT_MS = 20_000
const SAID_LENGTH_MAX = 4_000
/** What of our own environment a program gets: not its settings. NODE_OPTIONS lets one profile it. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'NODE_OPTIONS']

/** Something that takes signals over HTTP. */
export interface Target {
  name: string
  port: number
  path: string
  pid: number
  stop(): Promise<void>
}

export interface Program {
  name: string
  command: string
  /** `$PORT` is replaced. */
  args: string[]
  cwd: string
  env: Record<string, string>
  /** Where the signals go, and the address that answers 200 when it is ready. */
  path: string
  readyPath: string
  /** After it has ended: its database, its folder. */
  clean: () => Promise<void> | void
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** @throws when it ends or does not answer within a minute, with the last of what it said. */
export async function launch(program: Program): Promise<Target> {
  const port = await freePort()
  const args = program.args.map((arg) => arg.replace('$PORT', String(port)))
  const inherited = INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  const env = { ...Object.fromEntries(inherited), ...program.env, PORT: String(port) }
  const child = spawn(program.command, args, { cwd: program.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let ended = false
  const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-SAID_LENGTH_MAX))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.on('error', (error) => (said += error.message))
  child.on('close', () => (ended = true))
  let stopping = false
  child.on('exit', (code, signal) => {
    if (!stopping) process.stderr.write(`${program.name} ended (${signal ?? code}). It said:\n${said}\n`)
  })
  const stop = undoneAtEnd(async () => {
    stopping = true
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WAIT_MS)
    child.kill('SIGTERM')
    while (!ended) await pause(10)
    clearTimeout(late)
    await program.clean()
  })
  const untilMs = performance.now() + READY_WAIT_MS
  while (!ended && performance.now() < untilMs) {
    const answer = await fetch(`http://127.0.0.1:${port}${program.readyPath}`).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.ok) return { name: program.name, port, path: program.path, pid: child.pid!, stop }
    await pause(50)
  }
  await stop()
  throw new Error(`${program.name} did not start. It said:\n${said}`)
}
