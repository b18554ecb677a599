/** What a newcomer meets: started with nothing set, in an empty folder, it works, and says where. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort, get, openSink, until } from './stage.ts'

const CLI = join(import.meta.dirname, '../src/cli.ts')

it('runs on an empty machine with its demo, signals flowing to the inbox, and keeps its data in ./data', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-first-'))
  const port = await freePort()
  const child = spawn(process.execPath, [CLI, 'start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true)
  await until(async () => {
    const { deliveries } = await get<{ deliveries: { delivered: number } }>(`${url}/status`)
    return deliveries.delivered > 0
  })
  expect(said).toContain(`Signalbox is at ${url}`)
  expect(said).toMatch(/Admin token, shown this once: sbx_admin_/)
  child.kill('SIGTERM')
  expect(await gone).toBe(0)
  await rm(folder, { recursive: true })
}, 60_000)

it('says that its port is taken and ends, rather than staying without a door', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-first-'))
  const sink = await openSink()
  const child = spawn(process.execPath, [CLI, 'start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: new URL(sink.url).port },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1)
  expect(said).toMatch(
    /Port \d+ of 127\.0\.0\.1 is taken by another program: stop it, or set PORT to another\./,
  )
  await sink.close()
  await rm(folder, { recursive: true })
}, 60_000)
