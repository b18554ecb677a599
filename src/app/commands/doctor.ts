/** `signalbox doctor`: what is in force, from where, what looks wrong, and whether each dependency answers. */
import { parseArgs } from 'node:util'
import {
  databaseUrl,
  describeConfig,
  loadConfig,
  readEnvironment,
  type Config,
} from '../../platform/config/index.ts'
import { FREE_BYTES_MIN, freeBytes, openDatabase, releaseBallast } from '../../platform/db/index.ts'
import { createEgress, networkList } from '../../platform/http/index.ts'
import { createLogger } from '../../platform/runtime/index.ts'
import { ownAddress } from '../address.ts'

export async function doctor(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { 'free-ballast': { type: 'boolean' } } })
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const { env, fromFile } = readEnvironment(process.cwd())
  const loaded = loadConfig(env, fromFile)
  if ('faults' in loaded) {
    for (const { setting, message } of loaded.faults) say(`WRONG  ${setting}: ${message}`)
    return 1
  }
  const { config } = loaded
  if (values['free-ballast']) {
    await releaseBallast(config.dataDir)
    say('The ballast file is gone: there is room to start. It is made anew at a start with room to spare.')
  }
  for (const { name, shown, origin, note } of describeConfig(config)) {
    say(`${name.padEnd(36)} ${shown.padEnd(32)} ${origin}${note ? `  (${note})` : ''}`)
  }
  for (const { setting, message } of config.warnings) say(`LOOK   ${setting}: ${message}`)
  const probes = await Promise.all([
    probeDatabase(config),
    probeDisk(config),
    probeScreener(config),
    probeGateway(config),
  ])
  for (const { name, ok, detail } of probes) say(`${ok ? 'ok    ' : 'WRONG '} ${name}: ${detail}`)
  return probes.every(({ ok }) => ok) ? 0 : 1
}

interface Probed {
  name: string
  ok: boolean
  detail: string
}

async function probeDatabase(config: Config): Promise<Probed> {
  const url = databaseUrl(config)
  if (url === undefined) return { name: 'database', ok: true, detail: `embedded, in ${config.dataDir}` }
  const db = await openDatabase({
    dataDir: config.dataDir,
    url,
    poolSize: 1,
    poolTimeoutSec: 5,
    poolRecycleSec: 60,
    pgbouncer: config.usePgbouncer,
    durability: 'power',
    log: createLogger({ level: 'fatal', format: 'json' }),
  })
  const { ok, latencyMs, reason } = await db.health()
  await db.close()
  return { name: 'database', ok, detail: ok ? `answers in ${latencyMs} ms` : (reason ?? 'does not answer') }
}

async function probeDisk({ dataDir }: Config): Promise<Probed> {
  const free = await freeBytes(dataDir).catch(() => null)
  if (free === null) return { name: 'disk', ok: true, detail: `${dataDir} is made at the first start` }
  return { name: 'disk', ok: free > FREE_BYTES_MIN, detail: `${Math.round(free / 1e6)} MB free` }
}

async function probeScreener({ finvizUrl }: Config): Promise<Probed> {
  if (finvizUrl === undefined) return { name: 'screener', ok: true, detail: 'none set' }
  const egress = createEgress(networkList([]))
  const result = await egress.send({
    method: 'GET',
    url: finvizUrl,
    headers: {},
    timeoutMs: 5_000,
    trusted: true,
    responseBytesMax: 1_000,
  })
  await egress.close()
  const ok = result.outcome === 'response' && result.status === 200
  return {
    name: 'screener',
    ok,
    detail: result.outcome === 'response' ? `answers ${result.status}` : result.message,
  }
}

async function probeGateway(config: Config): Promise<Probed> {
  const answered = await fetch(`${ownAddress(config)}/health/ready`, {
    signal: AbortSignal.timeout(3_000),
  }).then(
    ({ status }) => `answers ${status}`,
    () => 'not running',
  )
  return { name: 'gateway', ok: true, detail: answered }
}
