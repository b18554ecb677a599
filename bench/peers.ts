/** The reference programs of `../shared/peers`, when they and their packages are there. They are measured, never shipped. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, type Target } from './launch.ts'
import { freshDatabase } from './postgres.ts'

const PEERS = join(import.meta.dirname, '../../shared/peers')
const NODE_LIBS = join(import.meta.dirname, '../node_modules')
const PYTHON = '/usr/bin/python3'

export type Peer = 'fastify' | 'fastapi-durable' | 'fastapi-memory'

/** Why a reference program cannot be measured here, or null when it can. */
export function whyMissing(peer: Peer): string | null {
  const file = join(PEERS, peer === 'fastify' ? 'p1-fastify.mjs' : 'p1-fastapi.py')
  if (!existsSync(file)) return `${file} is not there`
  if (peer === 'fastify') return null
  const modules = 'fastapi, uvicorn, uvloop, httptools, asyncpg, aiohttp'
  try {
    execFileSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'ignore' })
    return null
  } catch {
    return `${PYTHON} lacks one of ${modules}`
  }
}

export async function startPeer(peer: Peer, sinkUrl: string): Promise<Target> {
  const database = await freshDatabase()
  const common = {
    cwd: tmpdir(),
    path: '/webhook/in',
    readyPath: '/health',
    clean: () => database.drop(),
  }
  const env = { DEST_WEBHOOK_URL: sinkUrl, DATABASE_URL: database.url }
  if (peer === 'fastify') {
    const args = [join(PEERS, 'p1-fastify.mjs')]
    const name = 'plain Fastify'
    return launch({ ...common, name, command: process.execPath, args, env: { ...env, NODE_LIBS } })
  }
  const mode = peer === 'fastapi-durable' ? 'durable' : 'memory'
  const where = ['--app-dir', PEERS, '--host', '127.0.0.1', '--port', '$PORT']
  const how = ['--loop', 'uvloop', '--http', 'httptools', '--no-access-log', '--log-level', 'warning']
  return launch({
    ...common,
    name: `FastAPI, ${mode}`,
    command: PYTHON,
    args: ['-m', 'uvicorn', 'p1-fastapi:app', ...where, ...how],
    env: { ...env, MODE: mode, PYTHONDONTWRITEBYTECODE: '1' },
  })
}
