/** What the stream tells of: signals and results of deliveries once they are written, rankings, the counts each second. */
import type { DeliveryResult, JournalEntry } from '../signals/index.ts'
import { createHub, type Hub } from '../sinks/stream/index.ts'
import { createMemoryBus, createRedisBus } from '../platform/bus/index.ts'
import { redisUrls } from '../platform/config/index.ts'
import type { Ground } from './ground.ts'
import { makeToken, nowMs } from '../platform/runtime/index.ts'

/** Who comes back within this misses nothing. */
const HISTORY = { eventsMax: 5_000, ageMsMax: 120_000 }

export interface OpenHub {
  hub: Hub
  close(): Promise<void>
}

/** Over Redis where the settings name one, so that every process's readers hear of everything. */
export function openHub({ config, log, metrics }: Pick<Ground, 'config' | 'log' | 'metrics'>): OpenHub {
  const epoch = makeToken('epoch').slice(-12)
  const urls = redisUrls(config)
  const bus =
    urls.length === 0
      ? createMemoryBus(epoch)
      : createRedisBus({
          urls,
          cluster: config.redisClusterMode,
          epoch,
          historyMax: HISTORY.eventsMax,
          historyMs: HISTORY.ageMsMax,
          log,
          metrics,
        })
  return { hub: createHub({ bus, history: HISTORY, nowMs }), close: () => bus.close() }
}

/** Publishes what the pipeline does; nothing is made into text while nobody reads. */
export function tellStream(hub: Hub) {
  const isRead = (group: string) => hub.isHeard(group)
  return {
    written(entries: readonly JournalEntry[]): void {
      if (isRead('signals')) for (const entry of entries) hub.publish('signals', viewOfEntry(entry))
    },
    finished(results: readonly DeliveryResult[]): void {
      if (isRead('deliveries')) for (const result of results) hub.publish('deliveries', viewOfResult(result))
    },
    rankingChanged(name: string, tickers: readonly string[]): void {
      hub.publish(`rankings.${name}`, { name, tickers, at: new Date(nowMs()).toISOString() })
    },
    counted(counts: object): void {
      hub.publish('metrics', { at: new Date(nowMs()).toISOString(), ...counts })
    },
  }
}
export type StreamTeller = ReturnType<typeof tellStream>

function viewOfEntry({ signal, decision, deliveries }: JournalEntry) {
  const { id, ticker, side, price, quantity, source, strategy, receivedAtMs } = signal
  return {
    id,
    received_at: new Date(receivedAtMs).toISOString(),
    ticker,
    side,
    price: price ?? null,
    quantity: quantity ?? null,
    source,
    strategy: strategy ?? null,
    decision: decision.kind,
    reason: decision.reason,
    deliveries: deliveries.length,
  }
}

function viewOfResult({ delivery, state, outcome, attempts, status, latencyMs }: DeliveryResult) {
  const { signalId, destinationId, ticker, side } = delivery
  return {
    at: new Date(nowMs()).toISOString(),
    signal_id: signalId,
    destination_id: destinationId,
    ticker,
    side,
    state,
    outcome,
    attempts,
    status: status ?? null,
    latency_ms: latencyMs ?? null,
  }
}
