/** Looking back over a million signals: how soon each filter answers, and whether the table scrolls without a hitch. */
import { parseArgs } from 'node:util'
import { runBenchmark } from './cleanup.ts'
import { spreadOf, under } from './figures.ts'
import { writeJournal } from './history-journal.ts'
import { scrollThrough } from './history-screen.ts'
import { openSink } from './own-processes.ts'
import { describeMachine, keep, say, shown, shownSpread, table, verdictTable } from './report.ts'
import { freshFolder, startSignalbox } from './signalbox.ts'

const TOKEN = 'a-token-for-benchmarks-only'
const TIMES = 5
const FILTERS = {
  'no filter': '',
  'no filter, half-way down': 'skip=500000',
  'no filter, at the end': 'skip=999900',
  ticker: 'ticker=T7',
  'ticker that there is not': 'ticker=NONE',
  side: 'side=sell',
  'rare source': 'source=manual',
  'common decision': 'decision=rejected',
  'rare reason': 'reason=ranking-stale',
  'reason that there is not': 'reason=hold-ran-out',
  destination: 'destination=0199b1c0-0000-7000-8000-00000000000a',
  'rare state': 'state=dead',
  'one word': 'q=999123',
  'common word': 'q=breakout',
  'two beginnings': 'q=numb+9991',
  'four together': 'ticker=T4&side=sell&decision=approved&q=daily',
  'together never': 'ticker=T1&source=manual&decision=approved',
}

export async function benchHistory(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { signals: { type: 'string', default: '1000000' } } })
  const signals = Number(values.signals)
  const machine = await describeMachine()
  const folder = freshFolder()
  say(`writing ${signals.toLocaleString('en')} signals: some minutes`)
  await writeJournal(folder.path, signals, Date.now())
  const sink = await openSink()
  const target = await startSignalbox({
    database: 'embedded',
    gate: 'off',
    sinkUrl: sink.url,
    dataDir: folder.path,
    env: { ADMIN_TOKEN: TOKEN },
  })
  const url = `http://127.0.0.1:${target.port}`
  const answers = []
  for (const [name, query] of Object.entries(FILTERS)) {
    const times: number[] = []
    let found = 0
    for (let i = 0; i < TIMES; i++) {
      const beginMs = performance.now()
      const response = await fetch(`${url}/api/v1/signals?limit=100&${query}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      })
      const { items } = (await response.json()) as { items: unknown[] }
      times.push(performance.now() - beginMs)
      found = items.length
    }
    answers.push({ name, found, ...spreadOf(times) })
  }
  table(
    [`${signals.toLocaleString('en')} signals, embedded`, 'rows', 'answers in ms'],
    answers.map((one) => [one.name, String(one.found), shownSpread(one)]),
  )
  const scrolled = await scrollThrough(url)
  say(
    `scrolled over ${scrolled.rows.toLocaleString('en')} rows: ${scrolled.longTasks} tasks over 50 ms, the longest ${shown(scrolled.longestTaskMs)} ms`,
  )
  const verdicts = [
    under('slowest filter, median, ms', Math.max(...answers.map(({ median }) => median)), 300),
    under('longest task while scrolling, ms', scrolled.longestTaskMs, 100),
    under('first contentful paint, ms', scrolled.firstContentfulPaintMs, 1_500),
    under('layout shift of the table', scrolled.layoutShift, 0.01),
  ]
  verdictTable(verdicts)
  keep('history', {}, { machine, verdicts, answers, scrolled })
  await target.stop()
  await folder.remove()
}

if (import.meta.main) await runBenchmark(benchHistory, process.argv.slice(2))
