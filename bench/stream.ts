/** Events pushed to many readers: deliveries a second, beside the same frames written by bare `ws` in the same run. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runBenchmark, undoneAtEnd } from './cleanup.ts'
import { atLeast, spreadOf, under } from './figures.ts'
import { machineMs, pause } from './machine-clock.ts'
import { busyShare } from './process-figures.ts'
import { describeMachine, keep, say, sayTrust, shown, shownSpread, table, verdictTable } from './report.ts'

const READERS = [1_000, 2_000]
const KINDS = ['bare', 'ours'] as const
/** Events at once, and how many such lots may be on their way. */
const LOT = 10
const LOTS_AHEAD = 3
const CROWD = { readers: 5_000, groups: 500, eventsPerSecond: 1_000 }

interface Round {
  kind: (typeof KINDS)[number]
  readers: number
  busyBefore: number
  deliveriesPerSecond: number
  gaps: number
}

function start(file: string, ...args: string[]): { child: ChildProcess; stop: () => Promise<void> } {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: [] })
  const stop = undoneAtEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  })
  return { child, stop }
}

async function measure(kind: Round['kind'], readers: number, seconds: number): Promise<Round> {
  const busyBefore = await busyShare()
  const server = start('stream-server.ts', kind)
  const [{ port }] = (await once(server.child, 'message')) as [{ port: number }]
  const crowd = start('stream-readers.ts')
  let count = { heard: 0, gaps: 0 }
  crowd.child.on('message', (message) => (count = message as typeof count))
  crowd.child.send({ port, readers, groups: 1 })
  await once(crowd.child, 'message')
  await pause(500)
  let published = 0
  const publishFor = async (ms: number) => {
    const from = { atMs: machineMs(), heard: count.heard }
    while (machineMs() - from.atMs < ms) {
      if (published * readers - count.heard >= LOT * LOTS_AHEAD * readers) await pause(1)
      else {
        server.child.send({ events: LOT, groups: 1 })
        published += LOT
      }
    }
    return ((count.heard - from.heard) / (machineMs() - from.atMs)) * 1000
  }
  await publishFor(1_000)
  const deliveriesPerSecond = await publishFor(seconds * 1000)
  await crowd.stop()
  await server.stop()
  say(`${kind.padEnd(5)} ${readers} readers: ${shown(deliveriesPerSecond)} deliveries/s, ${count.gaps} gaps`)
  return { kind, readers, busyBefore, deliveriesPerSecond, gaps: count.gaps }
}

/** Many readers over many groups, at a steady rate: what was heard of what was due, and whether anything was out of order. */
async function measureCrowd(seconds: number): Promise<{ heardRatio: number; gaps: number }> {
  const { readers, groups, eventsPerSecond } = CROWD
  const server = start('stream-server.ts', 'ours')
  const [{ port }] = (await once(server.child, 'message')) as [{ port: number }]
  const crowd = start('stream-readers.ts')
  let count = { heard: 0, gaps: 0 }
  crowd.child.on('message', (message) => (count = message as typeof count))
  crowd.child.send({ port, readers, groups })
  await once(crowd.child, 'message')
  await pause(1_000)
  const startMs = machineMs()
  let published = 0
  while (published < eventsPerSecond * seconds) {
    const due = Math.floor(((machineMs() - startMs) / 1000) * eventsPerSecond) - published
    if (due > 0) server.child.send({ events: due, groups })
    published += Math.max(0, due)
    await pause(5)
  }
  await pause(1_000)
  await crowd.stop()
  await server.stop()
  const due = (published * readers) / groups
  say(
    `crowd ${readers} readers of ${groups} groups, ${published} events: ${count.heard} of ${due} heard, ${count.gaps} gaps`,
  )
  return { heardRatio: count.heard / due, gaps: count.gaps }
}

export async function benchStream(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' } },
  })
  const [seconds, roundCount] = [Number(values.seconds), Number(values.rounds)]
  const machine = await describeMachine()
  const rounds: (Round & { round: number })[] = []
  for (let round = 1; round <= roundCount; round++)
    for (const readers of READERS)
      for (const kind of KINDS) rounds.push({ round, ...(await measure(kind, readers, seconds)) })
  const crowd = await measureCrowd(seconds)
  const of = (kind: Round['kind'], readers: number) =>
    rounds.filter((one) => one.kind === kind && one.readers === readers)
  const rate = (kind: Round['kind'], readers: number) =>
    spreadOf(of(kind, readers).map((one) => one.deliveriesPerSecond))
  table(
    ['readers', 'bare ws, deliveries/s', 'the stream, deliveries/s'],
    READERS.map((readers) => [
      String(readers),
      shownSpread(rate('bare', readers)),
      shownSpread(rate('ours', readers)),
    ]),
  )
  sayTrust(rounds, 0)
  const verdicts = [
    ...READERS.map((readers) => {
      const [mine, theirs] = [of('ours', readers), of('bare', readers)]
      const ratios = mine.map((one, i) => one.deliveriesPerSecond / theirs[i]!.deliveriesPerSecond)
      return atLeast(`the stream / bare ws, ${readers} readers`, spreadOf(ratios).median, 0.7)
    }),
    under('gaps', spreadOf([crowd, ...rounds].map((one) => one.gaps)).max, 1),
    atLeast('5,000 readers: heard of what was due', crowd.heardRatio, 1),
  ]
  verdictTable(verdicts)
  keep('stream', { seconds, rounds: roundCount }, { machine, verdicts, rounds, crowd })
}

if (import.meta.main) await runBenchmark(benchStream, process.argv.slice(2))
