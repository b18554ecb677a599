/** `signalbox export`: the audit trail into a file, streamed, with progress. */
import { createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { callRunning, configHere, progress, UsageError } from './terminal.ts'

export async function exportSignals([file]: string[]): Promise<number> {
  const format = /\.(csv|ndjson)$/.exec(file ?? '')?.[1]
  if (file === undefined || format === undefined)
    throw new UsageError('Name a file that ends in .csv or .ndjson.')
  const config = configHere()
  const answer = await callRunning(config, 'GET', `/api/v1/signals/export?format=${format}`)
  const bar = progress('kB', 0)
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const before = bytes
      bytes += chunk.length
      bar.add(Math.floor(bytes / 1000) - Math.floor(before / 1000))
      done(null, chunk)
    },
  })
  await pipeline(Readable.fromWeb(answer.body!), counted, createWriteStream(file))
  bar.done()
  process.stdout.write(`${file}: ${bytes} bytes\n`)
  return 0
}
