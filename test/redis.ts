/** Redis servers of a test's own on loopback: one, or a cluster of three. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, until } from './stage.ts'

export interface RedisServer {
  port: number
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>
  /** Starts it again, empty, on its port. */
  start(): Promise<void>
}

const cli = (port: number, ...args: string[]) =>
  execFileSync('redis-cli', ['-p', String(port), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

function answers(port: number): boolean {
  try {
    return cli(port, 'ping').startsWith('PONG')
  } catch {
    return false
  }
}

export async function openRedis(
  more: readonly string[] = [],
): Promise<RedisServer & { close(): Promise<void> }> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-redis-'))
  let child: ChildProcess
  const server = {
    port,
    async start() {
      const args = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        folder,
      ]
      child = spawn('redis-server', [...args, ...more], { stdio: 'ignore' })
      await until(() => answers(port))
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
    async close() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** Three nodes that share the slots; gives their addresses as `REDIS_CLUSTER_NODES` has them. */
export async function openRedisCluster(): Promise<{ nodes: string[]; close(): Promise<void> }> {
  const options = (busPort: number) => ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)]
  const servers = await Promise.all([0, 1, 2].map(async () => openRedis(options(await freePort()))))
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`)
  cli(servers[0]!.port, '--cluster', 'create', ...nodes, '--cluster-yes')
  await until(() => servers.every(({ port }) => cli(port, 'cluster', 'info').includes('cluster_state:ok')))
  return { nodes, close: async () => void (await Promise.all(servers.map((server) => server.close()))) }
}
