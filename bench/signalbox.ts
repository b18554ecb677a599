/** Signalbox as it is measured: the whole program, on either database, with a gate that really decides. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderScreenerPage } from '../src/rankings/index.ts'
import { undoneAtEnd } from './cleanup.ts'
import { launch, type Target } from './launch.ts'
import { pause } from './machine-clock.ts'
import { freshDatabase } from './postgres.ts'
import { TICKERS } from './signal-request.ts'

export type DatabaseKind = 'postgres' | 'embedded'

/** `page`: a screener page on this machine lists the tickers, and the gate looks at it. `off`: no rank gate. */
export type Gate = 'page' | 'off'

export interface SignalboxOptions {
  database: DatabaseKind
  gate: Gate
  sinkUrl: string
  /** A folder that is kept, for a second start; without it a fresh one that is removed. */
  dataDir?: string
  /** Settings beside those that the measuring needs. */
  env?: Record<string, string>
}

/** What `GET /status` says, as far as it is looked at here. */
export interface Status {
  signals: { received: number; approved: number; rejected: number; duplicate: number }
  deliveries: { pending: number; delivered: number }
  ranking: { tickers: string[] }
}

export const statusOf = async (target: Target): Promise<Status> =>
  (await fetch(`http://127.0.0.1:${target.port}/status`)).json() as Promise<Status>

export function freshFolder(): { path: string; remove: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-bench-'))
  return { path, remove: undoneAtEnd(() => rmSync(path, { recursive: true, force: true })) }
}

async function openScreener(): Promise<{ url: string; server: Server }> {
  const page = renderScreenerPage(TICKERS, 1)
  const server = createServer((_request, response) => response.end(page)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/screener.ashx?v=111`, server }
}

/** Starts it and waits until it is ready and its gate has the ranking. */
export async function startSignalbox(options: SignalboxOptions): Promise<Target> {
  const { database, gate, sinkUrl } = options
  const folder = options.dataDir === undefined ? freshFolder() : null
  const postgres = database === 'postgres' ? await freshDatabase() : null
  const screener = gate === 'page' ? await openScreener() : null
  const dataDir = options.dataDir ?? folder!.path
  const target = await launch({
    name: `Signalbox, ${database}`,
    command: process.execPath,
    args: [join(import.meta.dirname, '../src/cli.ts'), 'start'],
    cwd: dataDir,
    env: {
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DEMO: 'off',
      DEST_WEBHOOK_URL: sinkUrl,
      WEBHOOK_AUTH: 'off',
      LOG_LEVEL: 'warn',
      ...(postgres && { DATABASE_URL: postgres.url }),
      ...(screener ? { FINVIZ_URL: screener.url, TOP_N: String(TICKERS.length) } : { TOP_N: '0' }),
      ...options.env,
    },
    path: '/webhook/in',
    readyPath: '/health/ready',
    async clean() {
      screener?.server.close()
      screener?.server.closeAllConnections()
      await postgres?.drop()
      await folder?.remove()
    },
  })
  if (screener) await untilRanked(target)
  return target
}

async function untilRanked(target: Target): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await statusOf(target)).ranking.tickers.length === TICKERS.length) return
    await pause(100)
  }
  throw new Error(`${target.name}: the ranking of ${TICKERS.length} tickers did not come within 30 s`)
}
