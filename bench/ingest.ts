/** Accepted signals a second at 32 connections, beside a bare echo and the reference programs, in turn and in one run. */
import {
  load,
  median,
  saveResults,
  startEcho,
  startPeer,
  startSignalbox,
  startSink,
  TICKERS,
  type Target,
} from './processes.ts'

const args = process.argv.slice(2)
const valueOf = (name: string, otherwise: string) =>
  args.includes(name) ? args[args.indexOf(name) + 1]! : otherwise
const seconds = Number(valueOf('--seconds', '5'))
const rounds = Number(valueOf('--rounds', '3'))
const only = valueOf('--only', '')

const sink = await startSink()
const sinkUrl = `http://127.0.0.1:${sink.port}/`
const makers: [string, () => Promise<Target | null>][] = [
  ['echo', startEcho],
  ['postgres', () => startSignalbox(sinkUrl, 'postgres', { QUEUE_MAX_SIZE: '10000000' })],
  ['embedded', () => startSignalbox(sinkUrl, 'embedded', { QUEUE_MAX_SIZE: '10000000' })],
  ['fastify', () => startPeer('fastify', sinkUrl)],
  ['fastapi-durable', () => startPeer('fastapi-durable', sinkUrl)],
]
const results: Record<string, { perSecond: number[]; p99Ms: number[] }> = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, make] of makers) {
    if (only !== '' && !only.split(',').includes(name)) continue
    const target = await make()
    if (target === null) {
      process.stdout.write(`${name}: skipped, its parts are not here\n`)
      continue
    }
    const plan = { port: target.port, path: target.path, connections: 32, tickers: TICKERS }
    await load({ ...plan, seconds: 2 })
    const report = await load({ ...plan, seconds })
    await target.stop()
    const kept = (results[name] ??= { perSecond: [], p99Ms: [] })
    kept.perSecond.push(report.perSecond)
    kept.p99Ms.push(report.p99Ms)
    process.stdout.write(
      `round ${round + 1}  ${target.name.padEnd(22)} ${report.perSecond}/s  p50 ${report.p50Ms} ms  p99 ${report.p99Ms} ms  ${JSON.stringify(report.statuses)}\n`,
    )
  }
}
await sink.stop()
const rate = (name: string) => (results[name] ? median(results[name].perSecond) : Number.NaN)
const ratios = [
  ['PostgreSQL / echo', rate('postgres') / rate('echo'), 0.25],
  ['embedded / echo', rate('embedded') / rate('echo'), 0.2],
  ['PostgreSQL / plain Fastify', rate('postgres') / rate('fastify'), 2],
  ['PostgreSQL / FastAPI durable', rate('postgres') / rate('fastapi-durable'), 5],
] as const
for (const [name, ratio, target] of ratios)
  process.stdout.write(`${name.padEnd(30)} ${ratio.toFixed(2)}  (target ${target})\n`)
saveResults('ingest', { seconds, rounds, results, ratios })
