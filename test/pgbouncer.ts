/** A PgBouncer of our own in transaction mode, in front of the PostgreSQL that the tests found. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

export interface PgBouncer {
  /** The address of the same database through PgBouncer. */
  url: string
  stop(): Promise<void>
}

/** Starts it for the database at `databaseUrl`, with no more than four connections to the server. */
export async function startPgBouncer(program: string, databaseUrl: string): Promise<PgBouncer> {
  const { hostname, port, username } = new URL(databaseUrl)
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-pgbouncer-'))
  const listenPort = await freePort()
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${port || 5432}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${listenPort}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users')}`,
    'pool_mode = transaction',
    'default_pool_size = 4',
    `logfile = ${join(folder, 'log')}`,
  ]
  writeFileSync(join(folder, 'users'), `"${username}" ""\n`)
  writeFileSync(join(folder, 'ini'), `${settings.join('\n')}\n`)
  chmodSync(folder, 0o777)
  // PgBouncer does not run as root.
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  const command = [...asUser, program, '--quiet', join(folder, 'ini')]
  const child = spawn(command[0]!, command.slice(1), { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(listenPort)
  await untilItAnswers(url.href)
  return {
    url: url.href,
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch (error) {
      if (tries === 100) throw error
      await delay(50)
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
