/** Tells each process when another has changed what it holds in memory: one small poll for all names. */
import { every, type Logger } from '../runtime/index.ts'
import type { Database, Queries } from './database.ts'

export interface VersionWatch {
  /**
   * Calls `onChange` at the first look (it may have changed between your reading and the watching) and after each change.
   * When that fails it is called again at the next look.
   */
  watch(name: string, onChange: () => Promise<void> | void): void
  /** Looks now, for the process that made the change itself. */
  poke(): Promise<void>
  stop(): Promise<void>
}

interface Watched {
  name: string
  onChange: () => Promise<void> | void
  seen: number | null
}

/** Looks every `everyMs`. Two changes between two looks are one. */
export function createVersionWatch(db: Database, log: Logger, everyMs = 500): VersionWatch {
  const all: Watched[] = []
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    if (all.length === 0) return
    const rows = await db.query<{ name: string; version: number }>('select name, version from versions', [], {
      name: 'versions',
    })
    const versions = new Map(rows.map(({ name, version }) => [name, version]))
    for (const watched of all) {
      const version = versions.get(watched.name) ?? 0
      if (version === watched.seen) continue
      try {
        await watched.onChange()
        watched.seen = version
      } catch (error) {
        log.warn({ err: error, name: watched.name }, 'a change could not be taken over; trying again')
      }
    }
  }

  /** One look after the other, so that an older answer never comes last. */
  function next(): Promise<void> {
    looking = looking.catch(() => {}).then(look)
    return looking
  }

  const stop = every(everyMs, next, (error) => log.debug({ err: error }, 'versions could not be read'))
  return {
    watch: (name, onChange) => void all.push({ name, onChange, seen: null }),
    poke: next,
    stop,
  }
}

/** Says that what goes by this name has changed; in the transaction that changes it. */
export async function bumpVersion(tx: Queries, name: string): Promise<void> {
  await tx.query(
    `insert into versions (name) values ($1)
     on conflict (name) do update set version = versions.version + 1`,
    [name],
  )
}
