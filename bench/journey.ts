/** Joins what was posted with what arrived: how long each signal took, what was lost, repeated or out of order. Pure. */
import { percentiles } from './figures.ts'
import type { LoadReport } from './load-plan.ts'
import { tickerOf } from './signal-request.ts'
import type { Arrivals } from './sink.ts'

export interface Journey {
  /** Accepted, and different ones arrived, of the whole run. */
  accepted: number
  arrived: number
  lost: number
  /** Arrivals of a signal that had already arrived. */
  repeats: number
  /** Arrivals overtaken by a signal of their ticker that was posted only after they had been accepted. */
  outOfOrder: number
  /** From the time when a post was due to its first arrival, of the measured part. */
  p50Ms: number
  p99Ms: number
  maxMs: number
  /** Different arrivals a second, from the first to the last. */
  deliveriesPerSecond: number
}

export function journeyOf(report: LoadReport, { indexes, atMs }: Arrivals): Journey {
  const { firstIndex, sent } = report
  const firstAtMs = new Float64Array(sent).fill(Number.NaN)
  let [arrived, repeats, outOfOrder] = [0, 0, 0]
  const latestSentMs = new Map<string, number>()
  for (const [i, index] of indexes.entries()) {
    const n = index - firstIndex
    if (n < 0 || n >= sent) continue
    if (!Number.isNaN(firstAtMs[n])) {
      repeats++
      continue
    }
    arrived++
    firstAtMs[n] = atMs[i]!
    const ticker = tickerOf(index)
    const latest = latestSentMs.get(ticker) ?? Number.NEGATIVE_INFINITY
    if (report.answeredMs[n]! < latest) outOfOrder++
    latestSentMs.set(ticker, Math.max(latest, report.sentMs[n]!))
  }
  const isAccepted = (n: number) => report.accepted[n] === 1
  const everyN = Array.from({ length: sent }, (_, n) => n)
  const measured = everyN.filter((n) => n + firstIndex >= report.measuredFromIndex && isAccepted(n))
  const latencies = measured.map((n) => firstAtMs[n]! - report.dueMs[n]!).filter((ms) => !Number.isNaN(ms))
  const figures = percentiles(Float64Array.from(latencies), { p50Ms: 0.5, p99Ms: 0.99, maxMs: 1 })
  const arrivals = firstAtMs.filter((ms) => !Number.isNaN(ms)).toSorted()
  const spanMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
  return {
    accepted: everyN.filter(isAccepted).length,
    arrived,
    lost: everyN.filter((n) => isAccepted(n) && Number.isNaN(firstAtMs[n])).length,
    repeats,
    outOfOrder,
    ...figures,
    deliveriesPerSecond: spanMs > 0 ? ((arrivals.length - 1) / spanMs) * 1000 : 0,
  }
}

export interface Acceptance {
  acceptedPerSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
  refused: number
  unanswered: number
  /** Open loop: how late the generator itself was, at the 99th percentile; large when the machine is drowned. */
  lateP99Ms: number
}

/** From the time when a post was due (open loop) or sent (closed loop) to its whole answer, of the measured part. */
export function acceptanceOf(report: LoadReport): Acceptance {
  const from = report.measuredFromIndex - report.firstIndex
  const latencies: number[] = []
  const late: number[] = []
  for (let n = from; n < report.sent; n++) {
    late.push(report.sentMs[n]! - report.dueMs[n]!)
    if (report.accepted[n] === 1) latencies.push(report.answeredMs[n]! - report.dueMs[n]!)
  }
  const seconds = (report.measuredToMs - report.measuredFromMs) / 1000
  const accepted = report.statuses['202'] ?? 0
  const answered = Object.values(report.statuses).reduce((sum, count) => sum + count, 0)
  return {
    acceptedPerSecond: accepted / seconds,
    ...percentiles(Float64Array.from(latencies), { p50Ms: 0.5, p99Ms: 0.99, maxMs: 1 }),
    refused: answered - accepted,
    unanswered: report.unanswered,
    lateP99Ms: percentiles(Float64Array.from(late), { p99: 0.99 }).p99,
  }
}
