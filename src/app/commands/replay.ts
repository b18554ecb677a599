/** `signalbox replay`: posts a recorded file of signals, one a line (or a JSON array), at a given rate. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { monotonicMs, sleep } from '../../platform/runtime/index.ts'
import { ownAddress } from '../address.ts'
import { configHere, progress, UsageError } from './terminal.ts'

const AT_ONCE_MAX = 64

export async function replay(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { rate: { type: 'string', default: '10' }, url: { type: 'string' }, key: { type: 'string' } },
  })
  const rate = Number(values.rate)
  if (positionals.length !== 1 || !(rate > 0)) throw new UsageError('Name one file, and a rate above 0.')
  const bodies = bodiesOf(await readFile(positionals[0]!, 'utf8'))
  const url = values.url ?? `${ownAddress(configHere())}/webhook/in`
  const bar = progress('signals', bodies.length)
  const statuses = new Map<string, number>()
  const flying = new Set<Promise<void>>()
  const startedMs = monotonicMs()
  for (const [i, body] of bodies.entries()) {
    await sleep(startedMs + (i / rate) * 1000 - monotonicMs())
    if (flying.size >= AT_ONCE_MAX) await Promise.race(flying)
    const posted = post(url, values.key, body).then((status) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      bar.add(1)
      flying.delete(posted)
      return undefined
    })
    flying.add(posted)
  }
  await Promise.all(flying)
  bar.done()
  for (const [status, count] of [...statuses].toSorted()) process.stdout.write(`${status}: ${count}\n`)
  return statuses.has('unreachable') ? 1 : 0
}

/** A recording's lines may wrap the payload as `{"body": …}`; otherwise the line is the payload. */
function bodiesOf(text: string): string[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) return (JSON.parse(trimmed) as unknown[]).map((one) => JSON.stringify(one))
  return trimmed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(unwrapped)
}

function unwrapped(line: string): string {
  if (!line.startsWith('{') || !line.includes('"body"')) return line
  try {
    const { body } = JSON.parse(line) as { body?: unknown }
    return body === undefined ? line : typeof body === 'string' ? body : JSON.stringify(body)
  } catch {
    return line
  }
}

async function post(url: string, key: string | undefined, body: string): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body,
    })
    const answer = (await response.json()) as { status?: unknown; reason?: string; code?: string }
    const status = typeof answer.status === 'string' ? answer.status : ''
    return [response.status, status, answer.reason ?? answer.code ?? ''].filter(Boolean).join(' ')
  } catch {
    return 'unreachable'
  }
}
