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
import { createLooker, type Looker } from './look.ts'
import { createSourceReader, type Politeness, type SourceReader, type SourceReading } from './read-source.ts'
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
  /** Since the list was last seen; null without one. */
  ageMs: number | null
  /** Older than this it is stale. */
  maxAgeMs: number
  /** What the gate does then. */
  stalePolicy: Config['finvizStalePolicy']
}

export interface Rankings {
  settings(): RankingSettings
  inForce(
    name: string,
  ): (Snapshot & { snapshotId: string; stale: boolean; rankOf(ticker: string): number | null }) | null
  state(name: string): RankingState | null
  names(): string[]
  /** What a source would give now, kept nowhere; null while another preview is under way. */
  preview(source: RankingSource): Promise<SourceReading | null>
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
  const { db, sealer, config, log } = ports
  const { held, reload } = openHeld(ports)
  const maxAgeMs = config.finvizMaxAgeSec * 1000
  const environment = JSON.stringify(initialConfig(ports))
  measure(ports.metrics, held, maxAgeMs)
  const reader = createSourceReader(ports.egress, politenessOf(config))
  const looker = createLooker(ports, reader)
  const preview = oneAtATime(reader)
  const current = () => held.get(DEFAULT_RANKING)!.stored.config
  const write = async (name: string, next: RankingConfig) => {
    await writeConfig(db, sealer, { name, config: next, environment })
    await reload()
  }

  await settle(ports, environment)
  await reload()
  const file = watchConfigFile(
    config.finvizConfigFile,
    held.get(DEFAULT_RANKING)!.stored.updatedAtMs,
    async (change) => {
      await write(DEFAULT_RANKING, withChange(current(), change, true))
      log.info({ file: config.finvizConfigFile }, 'the config file was taken over')
    },
    log,
  )
  async function save(name: string, next: RankingConfig): Promise<void> {
    looker.soon(name)
    await write(name, next)
    if (name === DEFAULT_RANKING) await file.write(finvizView(next))
  }
  const stops = keepLooking(ports, { held, reload, looker })
  return {
    settings: current,
    names: () => [...held.keys()],
    inForce: (name) => inForce(held.get(name), maxAgeMs),
    state(name) {
      const one = held.get(name)
      return one === undefined ? null : stateOf(one, config)
    },
    preview: (source) => preview(source, Math.max(current().topN, 1)),
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

function inForce(one: Held | undefined, maxAgeMs: number): ReturnType<Rankings['inForce']> {
  if (!one?.snapshot) return null
  const { snapshot, ranks } = one
  const stale = isStale(snapshot, nowMs(), maxAgeMs)
  return { ...snapshot, snapshotId: snapshot.id, stale, rankOf: (ticker) => ranks.get(ticker) ?? null }
}

function stateOf({ stored, snapshot }: Held, config: Config): RankingState {
  const maxAgeMs = config.finvizMaxAgeSec * 1000
  const atMs = nowMs()
  return {
    stored,
    snapshot,
    stale: snapshot === null || isStale(snapshot, atMs, maxAgeMs),
    ageMs: snapshot === null ? null : Math.max(0, atMs - snapshot.lastSeenAtMs),
    maxAgeMs,
    stalePolicy: config.finvizStalePolicy,
  }
}

/** The rankings as this process holds them; read again when any process has changed one. */
function openHeld({ db, sealer, versions, onChange }: RankingPorts) {
  const held = new Map<string, Held>()
  const watched = new Set<string>()
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
      if (snapshot !== null && snapshot.id !== before?.id) onChange(stored.name)
    }
  }
  return { held, reload }
}

/** The environment counts where it says something else than when the settings were stored. */
async function settle(ports: RankingPorts, environment: string): Promise<void> {
  const stored = (await readRankings(ports.db, ports.sealer)).find((one) => one.name === DEFAULT_RANKING)
  if (stored === undefined || stored.environment !== environment)
    await writeConfig(ports.db, ports.sealer, {
      name: DEFAULT_RANKING,
      config: initialConfig(ports),
      environment,
    })
}

function keepLooking(
  { db, log, config, refreshes }: RankingPorts,
  { held, reload, looker }: { held: ReadonlyMap<string, Held>; reload(): Promise<void>; looker: Looker },
) {
  const complain = (error: unknown) => log.warn({ err: error }, 'a ranking could not be refreshed')
  return [
    every(
      LOOK_MS,
      async () => {
        if (!refreshes) return
        const looked = await Promise.all([...held.values()].map(looker.look))
        if (looked.includes(true)) await reload()
      },
      complain,
    ),
    every(3_600_000, () => dropOldSnapshots(db, config.metricsRetentionDays), complain),
  ]
}

/** Looks at a source without keeping what it says; null while another such look is under way, out of politeness. */
function oneAtATime(reader: SourceReader) {
  let isBusy = false
  return async (source: RankingSource, depth: number): Promise<SourceReading | null> => {
    if (isBusy) return null
    isBusy = true
    try {
      return await reader.read(source, false, depth)
    } finally {
      isBusy = false
    }
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
