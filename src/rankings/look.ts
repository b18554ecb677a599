/** One look at a screener: by one process at a time, with growing pauses after failures, and what it found written down. */
import { acquireLease, type Database } from '../platform/db/index.ts'
import { nowMs, uuidv7, type Logger, type Metrics } from '../platform/runtime/index.ts'
import type { RankingSource } from './config.ts'
import { shownAddress } from './finviz-address.ts'
import type { SourceReader, SourceReading } from './read-source.ts'
import { difference, isSameList, type Snapshot } from './snapshot.ts'
import { extendSnapshot, insertSnapshot, versionName, writeOutcome, type StoredRanking } from './store.ts'

const BACKOFF_MAX_MS = 120_000

export interface Looker {
  /** Looks if it is time and nobody else does; true when it has looked. */
  look(held: { stored: StoredRanking; snapshot: Snapshot | null }): Promise<boolean>
  /** Forgets earlier failures, so that the next look is not put off by them. */
  soon(name: string): void
}

export interface LookerPorts {
  db: Database
  log: Logger
  metrics: Metrics
  holder: string
}

export function createLooker({ db, log, metrics, holder }: LookerPorts, reader: SourceReader): Looker {
  const turns = new Map<string, { nextMs: number; failures: number }>()
  const looks = metrics.counter({
    name: 'ranking_looks_total',
    help: 'Looks at screeners, by outcome.',
    labels: ['outcome'],
  })

  return {
    soon: (name) => void turns.delete(name),
    async look({ stored, snapshot }) {
      const { name, config, paused, refreshAskedAtMs, lastOutcomeAtMs } = stored
      const asked = refreshAskedAtMs !== null && refreshAskedAtMs > (lastOutcomeAtMs ?? 0)
      if (config.source === null || (paused && !asked)) return false
      const turn = turns.get(name) ?? { nextMs: 0, failures: 0 }
      if (nowMs() < turn.nextMs && !(asked && turn.failures === 0)) return false
      const refreshMs = config.refreshSec * 1000
      // Whoever looked last goes on looking; another takes over when two looks were missed.
      const lease = { name: versionName(name), holder, leaseMs: refreshMs * 2 + 30_000 }
      if ((await acquireLease(db, lease)) === null) return false
      const reading = await reader.read(config.source, config.trusted, Math.max(config.topN, 1))
      looks.inc({ outcome: reading.outcome })
      if (reading.outcome === 'ok') await keep(db, name, config.source, reading, snapshot)
      else {
        log.warn({ ranking: name, outcome: reading.outcome }, `${reading.message} The last good list stays.`)
        await writeOutcome(db, name, reading.outcome, reading.message)
      }
      const failures = reading.outcome === 'ok' ? 0 : turn.failures + 1
      const pauseMs = Math.min(refreshMs * 2 ** Math.min(failures, 6), Math.max(BACKOFF_MAX_MS, refreshMs))
      turns.set(name, { failures, nextMs: nowMs() + pauseMs })
      return true
    },
  }
}

/** The list as a new snapshot; the same list again only makes the last one last longer. */
async function keep(
  db: Database,
  name: string,
  source: RankingSource,
  { tickers, total }: SourceReading & { outcome: 'ok' },
  last: Snapshot | null,
): Promise<void> {
  if (last !== null && isSameList(last.tickers, tickers)) await extendSnapshot(db, last)
  else {
    const atMs = nowMs()
    await insertSnapshot(db, {
      id: uuidv7(atMs),
      name,
      takenAtMs: atMs,
      lastSeenAtMs: atMs,
      tickers,
      ...difference(last?.tickers ?? [], tickers),
      total,
      source: source.kind === 'static' ? 'static list' : shownAddress(source.url),
    })
  }
  await writeOutcome(db, name, 'ok', null)
}
