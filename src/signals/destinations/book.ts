/** The destinations as every process holds them: loaded once, read again when somebody changed one. */
import type { Database, VersionWatch } from '../../platform/db/index.ts'
import type { Sealer } from '../../platform/runtime/index.ts'
import type { Destination } from './destination.ts'
import { DESTINATIONS_VERSION, listDestinations } from './store.ts'

export interface DestinationBook {
  all(): readonly Destination[]
  find(id: string): Destination | undefined
  reload(): Promise<void>
}

export async function openDestinationBook(
  db: Database,
  sealer: Sealer,
  versions: VersionWatch,
): Promise<DestinationBook> {
  let all = await listDestinations(db, sealer)
  const reload = async () => {
    all = await listDestinations(db, sealer)
  }
  versions.watch(DESTINATIONS_VERSION, reload)
  return { all: () => all, find: (id) => all.find((d) => d.id === id), reload }
}
