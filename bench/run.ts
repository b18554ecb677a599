/** `npm run bench -- NAME [options]`: one benchmark, a table on the screen and JSON in bench/results. */
import { runBenchmark } from './cleanup.ts'
import { benchDeliver } from './deliver.ts'
import { benchHistory } from './history.ts'
import { benchIngest } from './ingest.ts'
import { benchMemory } from './memory.ts'
import { benchStream } from './stream.ts'
import { OPTIONS_TEXT } from './options.ts'

const BENCHMARKS = {
  ingest: benchIngest,
  deliver: benchDeliver,
  memory: benchMemory,
  stream: benchStream,
  history: benchHistory,
}

const [name = '', ...args] = process.argv.slice(2)
const found = Object.entries(BENCHMARKS).find(([known]) => known === name)
if (found) await runBenchmark(found[1], args)
else {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [options]\n${OPTIONS_TEXT}`,
  )
  process.exitCode = 2
}
