/** Starts and stops what is measured: Signalbox, the echo, the sink and the reference programs, each a process of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSocketServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { renderScreenerPage } from '../src/rankings/index.ts'
import type { LoadPlan, LoadReport } from './load.ts'

const ROOT = join(import.meta.dirname, '..')
const PEERS = join(ROOT, '../shared/peers')
/** The reference programs' own list. */
export const TICKERS = 'AAPL,MSFT,NVDA,AMZN,META,GOOGL,TSLA,AVGO,COST,NFLX,AMD,ADBE,PEP,CSCO,INTC'.split(',')

export interface Target {
  name: string
  port: number
  path: string
  pid: number
  stop(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function launch(
  name: string,
  command: string,
  args: string[],
  env: Record<string, string>,
  { path, ready, clean }: { path: string; ready: string; clean?: () => Promise<void> },
): Promise<Target> {
  const port = await freePort()
  const child = spawn(
    command,
    args.map((arg) => arg.replace('$PORT', String(port))),
    {
      cwd: ROOT,
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  await untilReady(child, `http://127.0.0.1:${port}${ready}`)
  const stop = async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
    await clean?.()
  }
  return { name, port, path, pid: child.pid!, stop }
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) throw new Error(`${url}: it ended at the start`)
    const answer = await fetch(url, { method: 'GET' }).catch(() => null)
    if (answer !== null && answer.status < 500) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} did not come up`)
}

export const startEcho = () =>
  launch('bare echo', process.execPath, ['bench/echo.ts'], {}, { path: '/', ready: '/x' })
export const startSink = () =>
  launch('sink', process.execPath, ['bench/sink.ts'], {}, { path: '/', ready: '/report' })

export async function freshPostgres(): Promise<{ url: string; drop(): Promise<void> } | null> {
  const admin = new Client('postgres://postgres@127.0.0.1:5432/postgres')
  try {
    await admin.connect()
  } catch {
    return null
  }
  const name = `signalbox_bench_${Date.now()}`
  await admin.query(`create database ${name}`)
  return {
    url: `postgres://postgres@127.0.0.1:5432/${name}`,
    async drop() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** Signalbox with a real gate: a local screener page lists the reference programs' tickers. */
export async function startSignalbox(
  sinkUrl: string,
  kind: 'embedded' | 'postgres',
  env: Record<string, string> = {},
): Promise<Target | null> {
  const database = kind === 'postgres' ? await freshPostgres() : undefined
  if (database === null) return null
  const page = renderScreenerPage(TICKERS, 1)
  const screener = createServer((_request, response) => response.end(page)).listen(0, '127.0.0.1')
  await new Promise((resolve) => screener.once('listening', resolve))
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-bench-'))
  const target = await launch(
    `Signalbox, ${kind}`,
    process.execPath,
    ['src/cli.ts', 'start'],
    {
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: database?.url ?? '',
      DEMO: 'off',
      DEST_WEBHOOK_URL: sinkUrl,
      DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false',
      WEBHOOK_AUTH: 'off',
      LOG_LEVEL: 'warn',
      FINVIZ_URL: `http://127.0.0.1:${(screener.address() as AddressInfo).port}/screener.ashx?v=111`,
      ...env,
    },
    {
      path: '/webhook/in',
      ready: '/health/ready',
      async clean() {
        screener.close()
        screener.closeAllConnections()
        rmSync(dataDir, { recursive: true, force: true })
        await database?.drop()
      },
    },
  )
  for (let i = 0; i < 100; i++) {
    const status = (await (await fetch(`http://127.0.0.1:${target.port}/status`)).json()) as {
      ranking: { tickers: string[] }
    }
    if (status.ranking.tickers.length === TICKERS.length) return target
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the ranking did not come')
}

export async function startPeer(
  which: 'fastify' | 'fastapi-memory' | 'fastapi-durable',
  sinkUrl: string,
): Promise<Target | null> {
  const database = await freshPostgres()
  if (database === null || !existsSync(PEERS)) return null
  const env = { DEST_WEBHOOK_URL: sinkUrl, DATABASE_URL: database.url, NODE_LIBS: join(ROOT, 'node_modules') }
  const options = { path: '/webhook/in', ready: '/health', clean: database.drop }
  if (which === 'fastify')
    return launch('plain Fastify', process.execPath, [join(PEERS, 'p1-fastify.mjs')], env, options)
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import fastapi, uvicorn, uvloop, httptools, asyncpg, aiohttp'], {
      stdio: 'ignore',
    })
  } catch {
    await database.drop()
    return null
  }
  const mode = which === 'fastapi-durable' ? 'durable' : 'memory'
  const args = `-m uvicorn p1-fastapi:app --app-dir ${PEERS} --port $PORT --loop uvloop --http httptools --no-access-log --log-level error`
  return launch(
    `FastAPI, ${mode}`,
    '/usr/bin/python3',
    args.split(' '),
    { ...env, MODE: mode, PYTHONDONTWRITEBYTECODE: '1' },
    options,
  )
}

/** Runs the load in a process of its own. */
export async function load(plan: LoadPlan): Promise<LoadReport> {
  const child = spawn(process.execPath, ['bench/load.ts', JSON.stringify(plan)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return JSON.parse(out) as LoadReport
}

export function saveResults(name: string, results: unknown): void {
  const folder = join(import.meta.dirname, 'results')
  execFileSync('mkdir', ['-p', folder])
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`)
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
