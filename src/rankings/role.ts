/** Rankings at work: one process looks at each screener, every process holds the list it found. */
import type { Config } from '../platform/config/index.ts'
import type { Database, VersionWatch } from '../platform/db/index.ts'
import type { Egress } from '../platform/http/index.ts'
import { every, nowMs, type Logger, type Metrics, type Sealer } from '../platform/runtime/index.ts'
import { watchConfigFile } from './config-file.ts'
import {
  finvizView,
  withChange,
  type FinvizChange,
  type RankingConfig,
  type RankingSettings,
  type RankingSource,
} from './config.ts'
import { createLooker } from './look.ts'
import { createSourceReader, type Politeness } from './read-source.ts'
import { isStale, ranksOf, type Snapshot } from './snapshot.ts'
import {
  deleteRanking,
  dropOldSnapshots,
  newestSnapshot,
  readRankings,
  versionName,
  writeConfig,
  writeWish,
  type StoredRanking,
} from './store.ts'

/** The ranking that the gate asks by default. */
export const DEFAULT_RANKING = 'finviz'
const LOOK_MS = 500

export interface RankingPorts {
  db: Database
  sealer: Sealer
  versions: VersionWatch
  egress: Egress
  log: Logger
  metrics: Metrics
  config: Config
  holder: string
  /** Whether this process may look at screeners, or only holds what others found. */
  refreshes: boolean
  /** The demo's own screener, in place of the environment's. */
  demoUrl?: string
  onChange(name: string): void
}

export interface RankingState {
  stored: StoredRanking
  snapshot: Snapshot | null
  stale: boolean
}

export interface Rankings {
  settings(): RankingSettings
  inForce(
    name: string,
  ): (Snapshot & { snapshotId: string; stale: boolean; rankOf(ticker: string): number | null }) | null
  state(name: string): RankingState | null
  names(): string[]
  change(change: FinvizChange, trusted: boolean): Promise<RankingConfig>
  put(name: string, source: RankingSource): Promise<void>
  remove(name: string): Promise<boolean>
  wish(name: string, wish: { paused?: boolean; refresh?: boolean }): Promise<void>
  stop(): Promise<void>
}

interface Held {
  stored: StoredRanking
  snapshot: Snapshot | null
  ranks: ReadonlyMap<string, number>
}

export async function startRankings(ports: RankingPorts): Promise<Rankings> {
  const { db, sealer, config, log, versions } = ports
  const held = new Map<string, Held>()
  const watched = new Set<string>()
  const maxAgeMs = config.finvizMaxAgeSec * 1000
  const environment = JSON.stringify(initialConfig(ports))
  measure(ports.metrics, held, maxAgeMs)
  const looker = createLooker(ports, createSourceReader(ports.egress, politenessOf(config)))

  async function reload(): Promise<void> {
    const all = await readRankings(db, sealer)
    for (const name of held.keys()) if (!all.some((one) => one.name === name)) held.delete(name)
    for (const stored of all) {
      const before = held.get(stored.name)?.snapshot ?? null
      const snapshot = await newestSnapshot(db, stored.name)
      held.set(stored.name, { stored, snapshot, ranks: ranksOf(snapshot?.tickers ?? []) })
      if (!watched.has(stored.name)) {
        watched.add(stored.name)
        versions.watch(versionName(stored.name), reload)
      }
      if (snapshot !== null && snapshot.id !== before?.id) ports.onChange(stored.name)
    }
  }

  async function settle(): Promise<void> {
    const stored = (await readRankings(db, sealer)).find((one) => one.name === DEFAULT_RANKING)
    if (stored === undefined || stored.environment !== environment) {
      await writeConfig(db, sealer, { name: DEFAULT_RANKING, config: initialConfig(ports), environment })
    }
    await reload()
  }

  async function save(name: string, next: RankingConfig): Promise<void> {
    await writeConfig(db, sealer, { name, config: next, environment })
    looker.soon(name)
    await reload()
    if (name === DEFAULT_RANKING) await file.write(finvizView(next))
  }

  const current = () => held.get(DEFAULT_RANKING)!.stored.config
  await settle()
  const file = watchConfigFile(
    config.finvizConfigFile,
    held.get(DEFAULT_RANKING)!.stored.updatedAtMs,
    async (change) => {
      await writeConfig(db, sealer, {
        name: DEFAULT_RANKING,
        config: withChange(current(), change, true),
        environment,
      })
      await reload()
      log.info({ file: config.finvizConfigFile }, 'the config file was taken over')
    },
    log,
  )

  const complain = (error: unknown) => log.warn({ err: error }, 'a ranking could not be refreshed')
  const stops = [
    every(
      LOOK_MS,
      async () => {
        if (!ports.refreshes) return
        const looked = await Promise.all([...held.values()].map(looker.look))
        if (looked.includes(true)) await reload()
      },
      complain,
    ),
    every(3_600_000, () => dropOldSnapshots(db, config.metricsRetentionDays), complain),
  ]
  return {
    settings: current,
    names: () => [...held.keys()],
    inForce(name) {
      const one = held.get(name)
      if (!one?.snapshot) return null
      const { snapshot, ranks } = one
      const stale = isStale(snapshot, nowMs(), maxAgeMs)
      return { ...snapshot, snapshotId: snapshot.id, stale, rankOf: (ticker) => ranks.get(ticker) ?? null }
    },
    state(name) {
      const one = held.get(name)
      if (one === undefined) return null
      const { stored, snapshot } = one
      return { stored, snapshot, stale: snapshot === null || isStale(snapshot, nowMs(), maxAgeMs) }
    },
    async change(change, trusted) {
      const next = withChange(current(), change, trusted)
      await save(DEFAULT_RANKING, next)
      return next
    },
    put: (name, source) =>
      save(name, { ...(held.get(name)?.stored.config ?? current()), source, trusted: false }),
    async remove(name) {
      const removed = await deleteRanking(db, name)
      await reload()
      return removed
    },
    async wish(name, wish) {
      if (wish.refresh) looker.soon(name)
      await writeWish(db, name, wish)
      await reload()
    },
    async stop() {
      await file.stop()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

function measure(metrics: Metrics, held: ReadonlyMap<string, Held>, maxAgeMs: number): void {
  metrics.gauge(
    { name: 'ranking_age_seconds', help: 'Age of the ranking in force.', labels: ['ranking'] },
    (gauge) => {
      for (const [name, { snapshot }] of held) {
        if (snapshot !== null) gauge.set({ ranking: name }, (nowMs() - snapshot.lastSeenAtMs) / 1000)
      }
    },
  )
  metrics.gauge(
    { name: 'ranking_stale', help: '1 while the ranking is too old to decide by.', labels: ['ranking'] },
    (gauge) => {
      for (const [name, { snapshot }] of held) {
        gauge.set({ ranking: name }, snapshot === null || isStale(snapshot, nowMs(), maxAgeMs) ? 1 : 0)
      }
    },
  )
}

function politenessOf(config: Config): Politeness {
  const { finvizEmail: email, finvizPassword: password } = config
  return {
    perPage: config.finvizTickersPerPage,
    requestsPerMinute: config.maxReqPerMin,
    ...(config.finvizApiToken && { apiToken: config.finvizApiToken.reveal() }),
    ...(config.finvizUseElite &&
      email &&
      password && { login: { email, password: password.reveal(), url: config.finvizLoginUrl } }),
  }
}

function initialConfig({ config, demoUrl }: RankingPorts): RankingConfig {
  const url = config.finvizUrl ?? demoUrl
  return {
    source: url === undefined ? null : { kind: 'finviz', url },
    trusted: true,
    topN: config.topN,
    refreshSec: config.finvizRefreshSec,
    reprocessEnabled: config.finvizReprocessEnabled,
    reprocessWindowSec: config.finvizReprocessWindowSeconds,
  }
}
