/** `signalbox migrate`: brings the database up to date, then stops. */
import { databaseUrl } from '../../platform/config/index.ts'
import { migrate, openDatabase } from '../../platform/db/index.ts'
import { createLogger } from '../../platform/runtime/index.ts'
import { MIGRATIONS } from '../ground.ts'
import { configHere } from './terminal.ts'

export async function migrateOnly(): Promise<number> {
  const config = configHere()
  const db = await openDatabase({
    dataDir: config.dataDir,
    url: databaseUrl(config),
    poolSize: 2,
    poolTimeoutSec: config.dbPoolTimeoutSec,
    poolRecycleSec: config.dbPoolRecycleSec,
    pgbouncer: config.usePgbouncer,
    durability: config.durability,
    log: createLogger({ level: 'warn', format: 'pretty' }),
  })
  try {
    const applied = await migrate(db, MIGRATIONS)
    process.stdout.write(
      applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'The database is up to date.\n',
    )
  } finally {
    await db.close()
  }
  return 0
}
