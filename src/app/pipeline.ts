/** The pipeline of one process: rankings feed the gate, the journal feeds the outbox, the deliverer empties it. */
import { dropEnded, dropOldAudit } from '../accounts/index.ts'
import { freeBytes } from '../platform/db/index.ts'
import { every, nowMs } from '../platform/runtime/index.ts'
import { startRankings, type Rankings } from '../rankings/index.ts'
import {
  countPending,
  createJournal,
  dropExpiredKeys,
  dropOldCounters,
  dropOldSamples,
  dropIdleLanes,
  reprocess,
  sampleCounters,
  hasFailedForADay,
  setDestinationState,
  startDeliverer,
  startGatherer,
  type Deliverer,
  type GateState,
  type Journal,
} from '../signals/index.ts'
import { sendDelivery } from '../sinks/webhook/index.ts'
import { trimInbox } from '../sinks/inbox/index.ts'
import { demoScreenerUrl } from './demo.ts'
import { trimRefused } from '../sources/webhook/index.ts'
import type { Ground } from './ground.ts'
import type { StreamTeller } from './stream.ts'
import { signalMetrics, type SignalMetrics } from './signal-metrics.ts'

export interface Pipeline {
  rankings: Rankings
  journal: Journal
  deliverer: Deliverer | null
  metrics: SignalMetrics
  gateState(): GateState
  /** Accepted and not yet ended: counted a moment ago, plus what came since. */
  queueSize(): number
  diskIsLow(): boolean
  stop(): Promise<void>
}

const GROUP_SIZE_MAX = 256
/** Who changed what is kept longer than the signals themselves. */
const AUDIT_DAYS = 400

export async function startPipeline(ground: Ground, stream: StreamTeller): Promise<Pipeline> {
  const { config, db, log, book, node } = ground
  let pending = await countPending(db, config.queueMaxSize)
  let diskLow = false
  const changedRankings = new Set<string>()
  const rankings = await startRankings({
    db,
    sealer: ground.sealer,
    versions: ground.versions,
    egress: ground.egress,
    log,
    metrics: ground.metrics,
    config,
    holder: node,
    refreshes: config.roles.includes('gateway'),
    ...(config.demo && config.finvizUrl === undefined && { demoUrl: demoScreenerUrl(config) }),
    onChange: (name) => void changedRankings.add(name),
  })
  const gateState = (): GateState => ({
    topN: rankings.settings().topN,
    stalePolicy: config.finvizStalePolicy,
    ranking: rankings.inForce('finviz'),
  })
  const metrics = signalMetrics(ground.metrics, {
    queueSize: () => pending,
    holding: () => deliverer?.holding ?? 0,
  })
  const deliverer = config.roles.includes('deliverer')
    ? startDeliverer({
        db,
        node,
        log,
        destinations: book.all,
        send: (delivery, destination, signal) => sendDelivery(ground.egress, delivery, destination, signal),
        onAttempt({ outcome, latencyMs }) {
          metrics.attempts.inc({ outcome })
          metrics.latency.observe(latencyMs / 1000)
        },
        onFinished: stream.finished,
        onGone(destination) {
          setDestinationState(db, destination.id, 'disabled', 'the receiver answered 410 Gone')
            .then(() => book.reload())
            .catch((error: unknown) => log.error({ err: error }, 'a destination could not be disabled'))
        },
      })
    : null
  const journal = createJournal({
    db,
    node,
    gateState,
    destinations: book.all,
    groupSizeMax: GROUP_SIZE_MAX,
    waitingMax: 10_000,
    onWritten: stream.written,
    onQueued(offers) {
      pending += offers.length
      deliverer?.offer(offers)
    },
  })

  async function again(): Promise<void> {
    const { reprocessEnabled, reprocessWindowSec } = rankings.settings()
    const approved = await reprocess({
      db,
      node,
      gateState,
      destinations: book.all,
      windowMs: () => (reprocessEnabled ? reprocessWindowSec * 1000 : null),
      holdMs: reprocessWindowSec * 1000,
    })
    if (approved === 0) return
    metrics.reprocessed.inc(approved)
    deliverer?.nudge()
  }

  const complain = (error: unknown) =>
    log.warn({ err: error }, 'housekeeping could not be done; it will be tried again')
  // Before the first signal: what is counted from here on has something to be compared with.
  await sampleCounters(db)
  const gatherer = config.roles.includes('gateway') ? startGatherer(db, complain) : null
  const stops = [
    every(
      1_000,
      async () => {
        pending = await countPending(db, config.queueMaxSize)
        stream.counted({ pending, waiting: journal.waiting, lanes_held: deliverer?.holding ?? 0 })
      },
      complain,
    ),
    every(
      250,
      async () => {
        if (changedRankings.size === 0) return
        for (const name of changedRankings) stream.rankingChanged(name, rankings.inForce(name)?.tickers ?? [])
        changedRankings.clear()
        await again()
      },
      complain,
    ),
    every(5_000, again, complain),
    every(5_000, () => sampleCounters(db), complain),
    every(
      5_000,
      async () => {
        diskLow = (await freeBytes(config.dataDir)) < config.minFreeDiskMb * 1_000_000
        await ground.ring.writeUse()
      },
      complain,
    ),
    every(
      60_000,
      async () => {
        await dropExpiredKeys(db)
        await dropIdleLanes(db)
        await trimInbox(db)
        await trimRefused(db)
        await dropOldCounters(db, config.signalRetentionDays)
        await dropOldSamples(db)
        await dropEnded(db)
        await dropOldAudit(db, AUDIT_DAYS)
        await pauseFailing(ground, deliverer)
      },
      complain,
    ),
  ]
  return {
    rankings,
    journal,
    deliverer,
    metrics,
    gateState,
    queueSize: () => pending + journal.waiting,
    diskIsLow: () => diskLow,
    async stop() {
      await rankings.stop()
      await journal.close()
      await deliverer?.stop()
      await gatherer?.stop()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

/** A destination that has failed for a day is paused, and says so. */
async function pauseFailing({ db, book }: Ground, deliverer: Deliverer | null): Promise<void> {
  if (deliverer === null) return
  for (const { id, state } of book.all()) {
    if (state !== 'active' || !hasFailedForADay(deliverer.circuits.state(id), nowMs())) continue
    await setDestinationState(db, id, 'paused', 'every attempt failed for a day')
    await book.reload()
  }
}
