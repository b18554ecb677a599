/** A stage for tests of the whole program: real processes, a real destination, a screener that serves a page. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderScreenerPage } from '../src/rankings/index.ts'
import { freshDataDir } from './data-folder.ts'
import { freshDatabase } from './database.ts'

export const ADMIN_TOKEN = 'a-token-for-tests-only-0001'
const ROOT = join(import.meta.dirname, '..')

export interface Arrival {
  atMs: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Sink {
  url: string
  arrivals: Arrival[]
  /** How it answers; 200 unless a test says otherwise. */
  answer: (request: IncomingMessage, response: ServerResponse, arrival: Arrival) => void
  close(): Promise<void>
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function closing(server: Server): () => Promise<void> {
  return async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

export async function openSink(): Promise<Sink> {
  const sink: Sink = {
    url: '',
    arrivals: [],
    answer: (_request, response) => void response.writeHead(200).end('ok'),
    close: async () => {},
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('error', () => {})
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const arrival = { atMs: Date.now(), headers: request.headers, body: Buffer.concat(chunks).toString() }
      sink.arrivals.push(arrival)
      sink.answer(request, response, arrival)
    })
  })
  sink.url = `http://127.0.0.1:${await listening(server)}/in`
  sink.close = closing(server)
  return sink
}

/** A screener that shows these tickers; `page` can be replaced at any time. */
export async function openScreener(tickers: readonly string[]) {
  const screener = { url: '', page: renderScreenerPage(tickers, 1), close: async () => {} }
  const server = createServer((_request, response) => response.end(screener.page))
  screener.url = `http://127.0.0.1:${await listening(server)}/screener.ashx?v=111`
  screener.close = closing(server)
  return screener
}

/** An empty folder, for processes that share their generated secrets. */
export async function freshDataDirectory(): Promise<{ path: string; close(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-stage-'))
  return { path, close: () => rm(path, { recursive: true, force: true }) }
}

/** Where the program keeps its data: a folder of its own, or a database of its own on PostgreSQL. */
export async function freshStore(): Promise<{ env: Record<string, string>; close(): Promise<void> }> {
  if (!process.env['TEST_DATABASE_URL']) {
    const dataDir = await freshDataDir()
    return { env: { DATA_DIR: dataDir }, close: () => rm(dataDir, { recursive: true, force: true }) }
  }
  const database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-stage-'))
  return {
    env: { DATA_DIR: dataDir, DATABASE_URL: database.url! },
    async close() {
      await database.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await closing(server)()
  return port
}

export interface Program {
  url: string
  child: ChildProcess
  /** Kills it as a crash would, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to stop; gives its exit code. */
  stop(): Promise<number | null>
}

/** Starts Signalbox as a process of its own and waits until it is ready. */
export async function startProgram(env: Record<string, string>, port?: number): Promise<Program> {
  const listenAt = port ?? (await freePort())
  const child = spawn(process.execPath, ['src/cli.ts', 'start'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: String(listenAt),
      DEMO: 'off',
      ADMIN_TOKEN,
      FINVIZ_UPDATE_TOKEN: ADMIN_TOKEN,
      FINVIZ_CONFIG_FILE: '/nonexistent/finviz_config.json',
      LOG_LEVEL: 'error',
      WEBHOOK_AUTH: 'off',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${listenAt}`
  const roles = env['ROLES'] ?? 'all'
  if (roles === 'all' || roles.includes('gateway')) {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} at the start`)
      return (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true
    })
  }
  return {
    url,
    child,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      return gone
    },
  }
}

/** Waits until a condition holds, at most `ms`. */
export async function until(condition: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  const endMs = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > endMs)
      throw new Error(`it did not come true within ${ms} ms: ${condition.toString().slice(0, 200)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

export const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` }

export async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url, { headers: asAdmin })).json()) as T
}
