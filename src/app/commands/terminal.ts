/** What commands share at the terminal: settings from where they are run, calls to the running Signalbox, a progress line. */
import cliProgress from 'cli-progress'
import { loadConfig, readEnvironment, type Config } from '../../platform/config/index.ts'
import { createSealer, loadOrCreateToken, loadSealKey, makeToken } from '../../platform/runtime/index.ts'
import { ownAddress } from '../address.ts'

export class UsageError extends Error {}

/** The settings in force here; throws with one line for each fault. */
export function configHere(overrides: Record<string, string | undefined> = {}): Config {
  const { env, fromFile } = readEnvironment(process.cwd())
  const loaded = loadConfig({ ...env, ...overrides }, fromFile)
  if ('faults' in loaded)
    throw new Error(loaded.faults.map(({ setting, message }) => `${setting}: ${message}`).join('\n'))
  return loaded.config
}

function adminTokenHere(config: Config): string {
  if (config.adminToken) return config.adminToken.reveal()
  const sealer = createSealer(loadSealKey(config.dataDir, config.sealKey?.reveal()))
  return loadOrCreateToken(sealer, config.dataDir, 'admin-token', () => makeToken('admin')).token
}

/** Calls the Signalbox that runs with these settings; throws with its own words when it refuses. */
export async function callRunning(
  config: Config,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const address = ownAddress(config)
  const response = await fetch(address + path, {
    method,
    headers: {
      authorization: `Bearer ${adminTokenHere(config)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`No Signalbox answers at ${address}. Start it first: npm start`)
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => ({}))) as { detail?: string }
  throw new Error(`${response.status}: ${problem.detail ?? response.statusText}`)
}

/** A bar on a terminal, silence elsewhere. `total` 0: unknown. */
export function progress(what: string, total: number) {
  const bar = new cliProgress.SingleBar({
    format: total > 0 ? `${what} {bar} {value}/{total}  {eta_formatted}` : `${what} {value}`,
    noTTYOutput: false,
    hideCursor: true,
  })
  bar.start(total, 0)
  return { add: (n: number) => bar.increment(n), done: () => bar.stop() }
}
