/** Everything that can be measured, by name, and what of it is there. */
import { join } from 'node:path'
import { launch, type Target } from './launch.ts'
import { startPeer, whyMissing, type Peer } from './peers.ts'
import { describePostgres } from './postgres.ts'
import { startSignalbox, type Gate } from './signalbox.ts'

export const TARGET_NAMES = [
  'echo',
  'postgres',
  'embedded',
  'fastify',
  'fastapi-durable',
  'fastapi-memory',
] as const
export type TargetName = (typeof TARGET_NAMES)[number]

export const isOurs = (name: TargetName): name is 'postgres' | 'embedded' =>
  name === 'postgres' || name === 'embedded'

const startEcho = (): Promise<Target> =>
  launch({
    name: 'bare echo',
    command: process.execPath,
    args: [join(import.meta.dirname, 'echo.ts')],
    cwd: import.meta.dirname,
    env: {},
    path: '/',
    readyPath: '/',
    clean: () => {},
  })

/** What the measuring needs beyond the defaults: a closed loop may run ahead of the deliveries. */
const ROOM_FOR_BACKLOG = { QUEUE_MAX_SIZE: '10000000', DEST_WEBHOOK_MAX_AGE_SEC: '3600' }
/** Deliveries as fast as the sink takes them; otherwise at the default pace of a destination, 60 a minute. */
const UNLIMITED = { DEST_WEBHOOK_RATE_LIMITING_ENABLED: 'false' }

export interface TargetOptions {
  sinkUrl: string
  gate: Gate
  unlimited: boolean
}

export function startTarget(name: TargetName, { sinkUrl, gate, unlimited }: TargetOptions) {
  if (name === 'echo') return startEcho()
  const env = { ...ROOM_FOR_BACKLOG, ...(unlimited && UNLIMITED) }
  if (isOurs(name)) return startSignalbox({ database: name, gate, sinkUrl, env })
  return startPeer(name, sinkUrl)
}

/** The wanted targets that are here; says plainly which are skipped and why. */
export async function availableTargets(wanted: readonly TargetName[]): Promise<TargetName[]> {
  const noPostgres = (await describePostgres()) === null ? 'PostgreSQL does not answer' : null
  return wanted.filter((name) => {
    const needsPostgres = name !== 'echo' && name !== 'embedded'
    const isPeer = needsPostgres && name !== 'postgres'
    const why = (needsPostgres ? noPostgres : null) ?? (isPeer ? whyMissing(name satisfies Peer) : null)
    if (why !== null) process.stdout.write(`skipped: ${name}: ${why}\n`)
    return why === null
  })
}
