/** Resident memory of the whole process at rest, embedded, after a warm start. */
import { readFileSync } from 'node:fs'
import { saveResults, startSignalbox, startSink } from './processes.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const sink = await startSink()
const DATA_DIR = mkdtempSync(join(tmpdir(), 'signalbox-memory-'))
const cold = await startSignalbox(`http://127.0.0.1:${sink.port}/`, 'embedded', { DATA_DIR })
await cold!.stop()
const warm = await startSignalbox(`http://127.0.0.1:${sink.port}/`, 'embedded', { DATA_DIR })
await new Promise((resolve) => setTimeout(resolve, 10_000))
const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${warm!.pid}/status`, 'utf8'))![1])
await warm!.stop()
await sink.stop()
rmSync(DATA_DIR, { recursive: true, force: true })
const rssMb = Math.round(kilobytes / 1024)
process.stdout.write(`at rest after a warm start: ${rssMb} MB (target under 500)\n`)
saveResults('memory', { rssMb })
