/** What a database says of itself, for the people who run it. */
import type { Queries } from './database.ts'

export interface DatabaseDescription {
  /** As the server names itself: `PostgreSQL 18.6`. */
  version: string
  sizeBytes: number
  /** Name of the newest migration. */
  schema: string | null
}

export async function describeDatabase(db: Queries): Promise<DatabaseDescription> {
  const [row] = await db.query<DatabaseDescription & Record<string, unknown>>(
    `select split_part(version(), ' ', 1) || ' ' || split_part(version(), ' ', 2) as version,
       pg_database_size(current_database()) as "sizeBytes", (select max(name) from schema_migrations) as schema`,
  )
  return row!
}
