/** From post to sink: latency at a calm rate, deliveries a second under a flood, and the highest rate that is sustained. */
import { runBenchmark } from './cleanup.ts'
import { atLeast, shownOnly, spreadOf, under, type Spread, type Verdict } from './figures.ts'
import { acceptanceOf, journeyOf, type Journey } from './journey.ts'
import type { Target } from './launch.ts'
import { readOptions, type Options } from './options.ts'
import { openLoader, openSink, type Loader, type Sink } from './own-processes.ts'
import { busyShare } from './process-figures.ts'
import { describeMachine, keep, say, sayTrust, shown, shownSpread, table, verdictTable } from './report.ts'
import { highestRate } from './search.ts'
import { availableTargets, startTarget, type TargetName } from './targets.ts'

const SUSTAINED_P99_MS = 500
const FIRST_GUESS = 4_000
const OPEN_CONNECTIONS = 64
const WARM_SECONDS = 2

interface Trial extends Journey {
  /** Signals that were due, all 202 and all arrived, within the allowed time. */
  sustained: boolean
  acceptP99Ms: number
  lateP99Ms: number
}

interface Round {
  target: TargetName
  round: number
  /** What others used of the machine just before. */
  busyBefore: number
  calm: Trial
  flood: Trial
  sustainedPerSecond: number
  trials: (Trial & { rate: number })[]
}

/** With a sink made bad on purpose only losses are judged: its delays are not the target's. */
const isFaulty = (options: Options) => options.faultEvery > 0 || options.sinkDelayMs > 0

interface Bench {
  options: Options
  loader: Loader
  sink: Sink
}

type Load = { connections: number; rate?: number }

/** One load, and everything that comes of it. */
async function attempt({ options, loader, sink }: Bench, target: Target, load: Load): Promise<Trial> {
  const timed = { warmSeconds: WARM_SECONDS, seconds: options.seconds }
  const report = await loader.run({ port: target.port, path: target.path, ...timed, ...load })
  const accepted = report.accepted.reduce((sum, one) => sum + one, 0)
  // A retry after a fault may wait half a minute.
  const patienceMs = options.faultEvery > 0 ? 35_000 : 4_000
  await sink.drained(accepted, { patienceMs, longestMs: 120_000 })
  const journey = journeyOf(report, await sink.take())
  const { p99Ms: acceptP99Ms, lateP99Ms } = acceptanceOf(report)
  const due = (load.rate ?? 0) * (WARM_SECONDS + options.seconds)
  const whole = report.sent >= due * 0.999 && accepted === report.sent && journey.lost === 0
  return { ...journey, acceptP99Ms, lateP99Ms, sustained: whole && journey.p99Ms < SUSTAINED_P99_MS }
}

const line = (name: string, what: string, trial: Trial) =>
  say(
    `${name.padEnd(20)} ${what.padEnd(14)} post to sink p50 ${shown(trial.p50Ms)} ms, p99 ${shown(trial.p99Ms)} ms;` +
      ` ${trial.arrived} of ${trial.accepted} arrived` +
      (trial.repeats > 0 ? `, ${trial.repeats} repeated` : '') +
      (trial.outOfOrder > 0 ? `, ${trial.outOfOrder} out of order` : ''),
  )

/** The search starts a fresh target when one has lost something: what it still holds must not arrive in the next trial. */
async function sustainedRate(bench: Bench, name: TargetName, guess: number) {
  const start = () =>
    startTarget(name, { sinkUrl: bench.sink.url, gate: bench.options.gate, unlimited: true })
  let target = await start()
  const trials: Round['trials'] = []
  const rate = await highestRate(guess, async (rate) => {
    const trial = await attempt(bench, target, { connections: OPEN_CONNECTIONS, rate })
    trials.push({ rate, ...trial })
    line(target.name, `${rate}/s ${trial.sustained ? 'holds' : 'fails'}`, trial)
    if (trial.lost > 0) {
      await target.stop()
      await bench.sink.take()
      target = await start()
    }
    return trial.sustained
  })
  await target.stop()
  await bench.sink.take()
  return { sustainedPerSecond: rate ?? 0, trials }
}

async function measure(bench: Bench, name: TargetName, round: number, guess: number): Promise<Round> {
  const { options, sink } = bench
  const busyBefore = await busyShare()
  const target = await startTarget(name, { sinkUrl: sink.url, gate: options.gate, unlimited: true })
  const calm = await attempt(bench, target, { connections: OPEN_CONNECTIONS, rate: options.rate })
  line(target.name, `${options.rate}/s`, calm)
  const flood = await attempt(bench, target, { connections: options.connections })
  line(target.name, 'flood', flood)
  say(`${target.name.padEnd(20)} flood: ${shown(flood.deliveriesPerSecond)} deliveries/s`)
  await target.stop()
  await sink.take()
  const found = isFaulty(options)
    ? { sustainedPerSecond: Number.NaN, trials: [] }
    : await sustainedRate(bench, name, guess)
  return { target: name, round, busyBefore, calm, flood, ...found }
}

function figureOf(rounds: readonly Round[]) {
  return (name: TargetName, pick: (round: Round) => number): Spread =>
    spreadOf(rounds.filter(({ target }) => target === name).map(pick))
}

const sustained = (round: Round) => round.sustainedPerSecond
const lostOf = ({ calm, flood }: Round) => calm.lost + flood.lost
const wrongOf = (key: 'repeats' | 'outOfOrder') => (round: Round) =>
  [round.calm, round.flood, ...round.trials].reduce((sum, trial) => sum + trial[key], 0)

function verdictsOf(rounds: readonly Round[], options: Options): Verdict[] {
  const { rate } = options
  const figure = figureOf(rounds)
  const plain = figure('fastify', sustained).median
  const ofOne = (name: TargetName, label: string): Verdict[] => [
    atLeast(`${label}: deliveries/s`, figure(name, ({ flood }) => flood.deliveriesPerSecond).median, 4_000),
    under(`${label}: post to sink p50 at ${rate}/s, ms`, figure(name, ({ calm }) => calm.p50Ms).median, 10),
    under(`${label}: post to sink p99 at ${rate}/s, ms`, figure(name, ({ calm }) => calm.p99Ms).median, 50),
  ]
  const lost = (name: TargetName, label: string) => under(`${label}: lost`, figure(name, lostOf).max, 1)
  const losses = [lost('postgres', 'PostgreSQL'), lost('embedded', 'embedded')]
  if (isFaulty(options)) return losses
  return [
    ...ofOne('postgres', 'PostgreSQL'),
    ...ofOne('embedded', 'embedded'),
    ...losses,
    atLeast('PostgreSQL / plain Fastify, sustained', figure('postgres', sustained).median / plain, 1.3),
    shownOnly('embedded / plain Fastify, sustained', figure('embedded', sustained).median / plain),
  ]
}

function showTable(rounds: readonly Round[], names: readonly TargetName[], { rate }: Options): void {
  const figure = figureOf(rounds)
  table(
    ['target', 'sustained/s', 'deliveries/s', `p50 ms at ${rate}/s`, 'p99 ms', 'lost', 'repeated', 'order'],
    names.map((name) => [
      name,
      shownSpread(figure(name, sustained)),
      shownSpread(figure(name, ({ flood }) => flood.deliveriesPerSecond)),
      shown(figure(name, ({ calm }) => calm.p50Ms).median),
      shown(figure(name, ({ calm }) => calm.p99Ms).median),
      String(figure(name, lostOf).max),
      String(figure(name, wrongOf('repeats')).max),
      String(figure(name, wrongOf('outOfOrder')).max),
    ]),
  )
  sayTrust(rounds, spreadOf(rounds.map(({ calm }) => calm.lateP99Ms)).median)
}

export async function benchDeliver(args: string[]): Promise<void> {
  const only = ['postgres', 'embedded', 'fastify'] as const
  const options = readOptions(args, { seconds: 6, rounds: 2, rate: 500, only })
  if (options.only.includes('echo')) throw new Error('the echo delivers nothing: leave it out of --only')
  const names = await availableTargets(options.only)
  const machine = await describeMachine()
  const faults = { every: options.faultEvery, status: 503, delayMs: options.sinkDelayMs }
  const bench = { options, loader: openLoader(), sink: await openSink(faults) }
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      const before = rounds.findLast(({ target }) => target === name)?.sustainedPerSecond
      rounds.push(await measure(bench, name, round, before || FIRST_GUESS))
    }
  }
  showTable(rounds, names, options)
  const verdicts = verdictsOf(rounds, options)
  verdictTable(verdicts)
  keep('deliver', options, { machine, verdicts, rounds })
}

if (import.meta.main) await runBenchmark(benchDeliver, process.argv.slice(2))
