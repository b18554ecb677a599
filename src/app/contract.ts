/** The wire schemas of the machine: its settings, and what it runs on. */
import { z } from 'zod'

export const settingRow = z
  .object({
    name: z.string(),
    value: z.string().describe('secrets are masked'),
    origin: z.string().describe('default, environment or .env file'),
    doc: z.string(),
    note: z.string().describe('what is odd about it; empty when nothing is'),
  })
  .meta({ id: 'Setting' })

const count = z.int()
export const systemView = z
  .object({
    versions: z.object({ signalbox: z.string(), node: z.string(), database: z.string() }),
    process: z.object({
      name: z.string(),
      roles: z.array(z.string()),
      uptime_sec: count,
      memory_mb: z.number(),
    }),
    database: z.object({
      kind: z.enum(['embedded', 'postgres']),
      survives: z.enum(['power', 'process']).describe('what an accepted signal survives'),
      size_mb: z.number(),
      schema: z.string().nullable(),
      connections: count,
      waiting: count.describe('statements that wait for a connection'),
      pooler: z.boolean(),
    }),
    disk: z.object({ free_mb: z.number(), min_free_mb: z.number() }),
    bus: z.enum(['memory', 'redis', 'redis-cluster']),
  })
  .meta({ id: 'System' })
