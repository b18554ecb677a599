/** `GET /api/v1/settings` and `GET /api/v1/system`: what is in force, from where, and what this process runs on. */
import { z } from 'zod'
import { describeConfig, redisUrls } from '../platform/config/index.ts'
import { describeDatabase, freeBytes } from '../platform/db/index.ts'
import type { Guard, ZodApp } from '../platform/http/index.ts'
import { monotonicMs } from '../platform/runtime/index.ts'
import { settingRow, systemView } from './contract.ts'
import type { Ground } from './ground.ts'
import { VERSION } from './version.ts'

const MB = 1_000_000
const mb = (bytes: number) => Math.round(bytes / MB)

export async function systemRoutes(
  app: ZodApp,
  { ground, guard }: { ground: Ground; guard: Guard },
): Promise<void> {
  app.get(
    '/api/v1/settings',
    {
      onRequest: guard.administer,
      schema: {
        tags: ['administration'],
        summary: 'Every setting: its value, where it came from, and what it means',
        operationId: 'listSettings',
        response: { 200: z.object({ items: z.array(settingRow) }) },
      },
    },
    async () => ({
      items: describeConfig(ground.config).map(({ shown, ...row }) => ({ ...row, value: shown })),
    }),
  )
  app.get(
    '/api/v1/system',
    {
      onRequest: guard.read,
      schema: {
        tags: ['operations'],
        summary: 'What this process runs on',
        operationId: 'getSystem',
        response: { 200: systemView },
      },
    },
    () => readSystem(ground),
  )
}

async function readSystem({ config, db, node }: Ground): Promise<z.infer<typeof systemView>> {
  const { version, sizeBytes, schema } = await describeDatabase(db)
  const { connections, waiting } = db.stats()
  return {
    versions: { signalbox: VERSION, node: process.version, database: version },
    process: {
      name: node,
      roles: [...config.roles],
      uptime_sec: Math.floor(monotonicMs() / 1000),
      memory_mb: mb(process.memoryUsage().rss),
    },
    database: {
      kind: db.kind,
      survives: db.durability,
      size_mb: mb(sizeBytes),
      schema,
      connections,
      waiting,
      pooler: config.usePgbouncer,
    },
    disk: { free_mb: mb(await freeBytes(config.dataDir)), min_free_mb: config.minFreeDiskMb },
    bus: redisUrls(config).length === 0 ? 'memory' : config.redisClusterMode ? 'redis-cluster' : 'redis',
  }
}
