/** Accepted signals a second and how long the 202 takes: closed and open loop, beside a bare echo and the reference programs. */
import { runBenchmark } from './cleanup.ts'
import { atLeast, shownOnly, spreadOf, under, type Spread, type Verdict } from './figures.ts'
import { acceptanceOf, type Acceptance } from './journey.ts'
import type { Target } from './launch.ts'
import { pause } from './machine-clock.ts'
import { readOptions, type Options } from './options.ts'
import { openLoader, openSink, type Loader, type Sink } from './own-processes.ts'
import { busyShare, cpuMs } from './process-figures.ts'
import { describeMachine, keep, say, sayTrust, shown, shownSpread, table, verdictTable } from './report.ts'
import { statusOf } from './signalbox.ts'
import { availableTargets, isOurs, startTarget, type TargetName } from './targets.ts'

const WARM_SECONDS = 2

interface Round {
  target: TargetName
  round: number
  /** What others used of the machine just before. */
  busyBefore: number
  open: Acceptance
  closed: Acceptance
  /** Of the target's process, its deliveries included, per signal of the closed loop. */
  cpuMicrosPerSignal: number
  loaderCpuMicrosPerRequest: number
  /** Signals that the target itself says it has approved, per signal it answered with 202; 1 for the others. */
  decidedRatio: number
}

/** Each 202 must stand behind a decision in the journal: its own counts say so, a moment later. */
async function decidedRatio(target: Target, accepted: number): Promise<number> {
  let approved = 0
  for (let attempt = 0; attempt < 20 && approved < accepted; attempt++) {
    await pause(300)
    approved = (await statusOf(target)).signals.approved
  }
  return approved / accepted
}

async function measure(
  { name, round, options }: { name: TargetName; round: number; options: Options },
  { loader, sink }: { loader: Loader; sink: Sink },
): Promise<Round> {
  const busyBefore = await busyShare()
  const target = await startTarget(name, { sinkUrl: sink.url, gate: options.gate, unlimited: false })
  const where = { port: target.port, path: target.path, connections: options.connections }
  const timed = { warmSeconds: WARM_SECONDS, seconds: options.seconds }
  const open = await loader.run({ ...where, ...timed, rate: options.rate })
  const cpuBeforeMs = cpuMs(target.pid)
  const closed = await loader.run({ ...where, ...timed })
  const usedMs = cpuMs(target.pid) - cpuBeforeMs
  const total = [open, closed].reduce((sum, { accepted }) => sum + accepted.reduce((a, b) => a + b, 0), 0)
  const ratio = isOurs(name) ? await decidedRatio(target, total) : 1
  await target.stop()
  await sink.take()
  const figures = {
    target: name,
    round,
    busyBefore,
    open: acceptanceOf(open),
    closed: acceptanceOf(closed),
    cpuMicrosPerSignal: (usedMs * 1000) / closed.sent,
    loaderCpuMicrosPerRequest: closed.cpuMicrosPerRequest,
    decidedRatio: ratio,
  }
  say(
    `round ${round}  ${target.name.padEnd(20)} ${shown(figures.closed.acceptedPerSecond).padStart(7)}/s` +
      `  p99 ${shown(figures.closed.p99Ms)} ms  answers ${JSON.stringify(closed.statuses)}`,
  )
  for (const [status, body] of Object.entries(closed.samples)) {
    if (status !== '202') say(`  a ${status}: ${body}`)
  }
  return figures
}

/** A figure of one target over its rounds; NaN when it was not measured. */
function figureOf(rounds: readonly Round[]) {
  return (name: TargetName, pick: (round: Round) => number): Spread =>
    spreadOf(rounds.filter(({ target }) => target === name).map(pick))
}

const perSecond = ({ closed }: Round) => closed.acceptedPerSecond

/** The median of the ratios of each round: what slowed the machine for one slowed it for its neighbour too. */
function ratioOf(rounds: readonly Round[]) {
  return (one: TargetName, other: TargetName): number => {
    const ratios = rounds.flatMap((mine) => {
      const theirs = rounds.find(({ target, round }) => target === other && round === mine.round)
      return mine.target === one && theirs ? [perSecond(mine) / perSecond(theirs)] : []
    })
    return spreadOf(ratios).median
  }
}

function verdictsOf(rounds: readonly Round[]): Verdict[] {
  const figure = figureOf(rounds)
  const ratio = ratioOf(rounds)
  const worst = (name: TargetName) => figure(name, (round) => round.decidedRatio).min
  return [
    atLeast('PostgreSQL / bare echo', ratio('postgres', 'echo'), 0.25),
    atLeast('embedded / bare echo', ratio('embedded', 'echo'), 0.2),
    atLeast('PostgreSQL / FastAPI durable', ratio('postgres', 'fastapi-durable'), 5),
    atLeast('PostgreSQL / plain Fastify', ratio('postgres', 'fastify'), 2),
    shownOnly('embedded / FastAPI durable', ratio('embedded', 'fastapi-durable')),
    shownOnly('embedded / plain Fastify', ratio('embedded', 'fastify')),
    under('PostgreSQL: accept p99, ms', figure('postgres', ({ closed }) => closed.p99Ms).median, 20),
    under('embedded: accept p99, ms', figure('embedded', ({ closed }) => closed.p99Ms).median, 20),
    atLeast('PostgreSQL: decisions per 202', worst('postgres'), 1),
    atLeast('embedded: decisions per 202', worst('embedded'), 1),
  ]
}

function showTable(rounds: readonly Round[], names: readonly TargetName[], options: Options): void {
  const figure = figureOf(rounds)
  table(
    [
      'target',
      `accepted/s, ${options.connections} conn.`,
      'p50 ms',
      'p99 ms',
      'CPU us',
      `p50 ms at ${options.rate}/s`,
      'p99 ms',
      'not 202',
    ],
    names.map((name) => [
      name,
      shownSpread(figure(name, perSecond)),
      shown(figure(name, ({ closed }) => closed.p50Ms).median),
      shown(figure(name, ({ closed }) => closed.p99Ms).median),
      shown(figure(name, (round) => round.cpuMicrosPerSignal).median),
      shown(figure(name, ({ open }) => open.p50Ms).median),
      shown(figure(name, ({ open }) => open.p99Ms).median),
      String(figure(name, ({ closed }) => closed.refused + closed.unanswered).max),
    ]),
  )
  const loader = spreadOf(rounds.map((round) => round.loaderCpuMicrosPerRequest)).median
  say(`load generator: ${shown(loader)} us of CPU per request of the closed loop`)
  sayTrust(rounds, spreadOf(rounds.map(({ open }) => open.lateP99Ms)).median)
}

export async function benchIngest(args: string[]): Promise<void> {
  const only = ['echo', 'postgres', 'embedded', 'fastify', 'fastapi-durable'] as const
  const options = readOptions(args, { seconds: 5, rounds: 3, rate: 1_000, only })
  const names = await availableTargets(options.only)
  const machine = await describeMachine()
  const own = { loader: openLoader(), sink: await openSink() }
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) rounds.push(await measure({ name, round, options }, own))
  }
  showTable(rounds, names, options)
  const verdicts = verdictsOf(rounds)
  verdictTable(verdicts)
  keep('ingest', options, { machine, verdicts, rounds })
}

if (import.meta.main) await runBenchmark(benchIngest, process.argv.slice(2))
