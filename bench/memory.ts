/** Resident memory of the whole process at rest, after a warm start: with a database that already holds signals. */
import { runBenchmark } from './cleanup.ts'
import { spreadOf, under } from './figures.ts'
import { pause } from './machine-clock.ts'
import { readOptions, type Options } from './options.ts'
import { openLoader, openSink, type Loader, type Sink } from './own-processes.ts'
import { residentMb } from './process-figures.ts'
import { describeMachine, keep, say, shown, shownSpread, table, verdictTable } from './report.ts'
import { freshFolder, startSignalbox } from './signalbox.ts'

interface Round {
  startMs: number
  startedMb: number
  restMb: number
}

/** Fills a folder with signals, starts anew on it, and lets it rest. */
async function measure(options: Options, loader: Loader, sink: Sink): Promise<Round> {
  const folder = freshFolder()
  const settings = {
    database: 'embedded',
    gate: options.gate,
    sinkUrl: sink.url,
    dataDir: folder.path,
  } as const
  const cold = await startSignalbox(settings)
  const where = { port: cold.port, path: cold.path, connections: options.connections }
  const report = await loader.run({ ...where, warmSeconds: 0, seconds: 5, rate: options.rate })
  const accepted = report.accepted.reduce((sum, one) => sum + one, 0)
  await sink.drained(accepted, { patienceMs: 4_000, longestMs: 60_000 })
  await cold.stop()
  const beforeMs = performance.now()
  const warm = await startSignalbox(settings)
  const startMs = performance.now() - beforeMs
  const startedMb = residentMb(warm.pid)
  await pause(options.seconds * 1000)
  const restMb = residentMb(warm.pid)
  await warm.stop()
  await folder.remove()
  await sink.take()
  return { startMs, startedMb, restMb }
}

export async function benchMemory(args: string[]): Promise<void> {
  const options = readOptions(args, { seconds: 10, rounds: 3, rate: 500, only: ['embedded'] })
  const machine = await describeMachine()
  const [loader, sink] = [openLoader(), await openSink()]
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round++) {
    const measured = await measure(options, loader, sink)
    say(`round ${round}  at rest ${shown(measured.restMb)} MB`)
    rounds.push(measured)
  }
  const spread = (pick: (round: Round) => number) => spreadOf(rounds.map(pick))
  table(
    ['target', 'warm start ms', 'MB when ready', `MB after ${options.seconds} s`],
    [
      [
        'embedded',
        shownSpread(spread(({ startMs }) => startMs)),
        shownSpread(spread(({ startedMb }) => startedMb)),
        shownSpread(spread(({ restMb }) => restMb)),
      ],
    ],
  )
  const verdicts = [under('embedded: memory at rest, MB', spread(({ restMb }) => restMb).median, 500)]
  verdictTable(verdicts)
  keep('memory', options, { machine, verdicts, rounds })
}

if (import.meta.main) await runBenchmark(benchMemory, process.argv.slice(2))
