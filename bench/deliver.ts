/** From post to sink: the rate that is sustained with nothing lost, and the latency at 500 signals a second. */
import { load, saveResults, startPeer, startSignalbox, startSink, TICKERS, type Target } from './processes.ts'

interface SinkReport {
  distinct: number
  repeats: number
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const args = process.argv.slice(2)
const valueOf = (name: string, otherwise: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1]! : otherwise
const seconds = Number(valueOf('--seconds', '6'))
const only = valueOf('--only', 'postgres,embedded,fastify').split(',')
const P99_MAX_MS = 500
const SETTLE_MS = 10_000

async function at(target: Target, sinkPort: number, rate: number) {
  const report = async () => (await (await fetch(`http://127.0.0.1:${sinkPort}/report`)).json()) as SinkReport
  await report()
  const sent = await load({
    port: target.port,
    path: target.path,
    connections: 64,
    tickers: TICKERS,
    seconds,
    rate,
  })
  const accepted = sent.statuses['202'] ?? 0
  await settled(sinkPort, accepted)
  const arrived = await report()
  const sustained =
    accepted === sent.sent &&
    sent.sent >= rate * seconds * 0.97 &&
    arrived.distinct >= accepted &&
    arrived.p99Ms < P99_MAX_MS
  return { rate, sent: sent.sent, accepted, ...arrived, acceptP99Ms: sent.p99Ms, sustained }
}

/** Gives what is still on its way time to arrive. */
async function settled(_sinkPort: number, _accepted: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.min(SETTLE_MS, 3_000)))
}

const results: Record<string, unknown> = {}
for (const name of only) {
  const sink = await startSink()
  const sinkUrl = `http://127.0.0.1:${sink.port}/`
  const target =
    name === 'fastify'
      ? await startPeer('fastify', sinkUrl)
      : await startSignalbox(sinkUrl, name as 'postgres' | 'embedded')
  if (target === null) {
    process.stdout.write(`${name}: skipped, its parts are not here\n`)
    await sink.stop()
    continue
  }
  await at(target, sink.port, 300)
  const calm = await at(target, sink.port, 500)
  let best = calm
  for (let rate = 2_000; rate <= 16_000; rate += 1_000) {
    const tried = await at(target, sink.port, rate)
    process.stdout.write(
      `${target.name}  ${rate}/s  ${tried.sustained ? 'sustained' : 'not sustained'}  p50 ${tried.p50Ms.toFixed(1)} ms  p99 ${tried.p99Ms.toFixed(1)} ms  ${tried.distinct}/${tried.accepted}/${tried.sent}\n`,
    )
    if (!tried.sustained) break
    best = tried
  }
  results[name] = { calm, sustainedPerSecond: best.rate }
  process.stdout.write(
    `${target.name}: sustains ${best.rate}/s; at 500/s p50 ${calm.p50Ms.toFixed(1)} ms, p99 ${calm.p99Ms.toFixed(1)} ms, repeats ${calm.repeats}\n`,
  )
  await target.stop()
  await sink.stop()
}
saveResults('deliver', { seconds, results })
