/** Shows results as tables and keeps them as JSON, with what they were measured on. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { spreadOf, type Spread, type Verdict } from './figures.ts'
import type { Options } from './options.ts'
import { describePostgres } from './postgres.ts'

export const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Three figures of a number are enough. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-'
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export const shownSpread = ({ median, min, max }: Spread): string =>
  Object.is(min, max) ? shown(median) : `${shown(median)} (${shown(min)}-${shown(max)})`

export function table(head: string[], rows: string[][]): void {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  say('')
  say(line(head))
  say(widths.map((width) => '-'.repeat(width)).join('  '))
  for (const row of rows) say(line(row))
}

export function verdictTable(verdicts: readonly Verdict[]): void {
  const word = ({ value, target, met }: Verdict) =>
    target === '-' ? '' : Number.isNaN(value) ? 'not measured' : met ? 'met' : 'MISSED'
  table(
    ['target', 'measured', 'wanted', ''],
    verdicts.map((verdict) => [verdict.what, shown(verdict.value), verdict.target, word(verdict)]),
  )
}

function commit(): string | null {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes')
  } catch {
    return null
  }
}

const BUSY_MAX = 0.1
const LATE_MAX_MS = 5

/** Whether the figures mean anything: others on the machine distort the ratios too, a late generator the latencies. */
export function sayTrust(rounds: readonly { busyBefore: number }[], lateP99Ms: number): void {
  const busy = spreadOf(rounds.map(({ busyBefore }) => busyBefore)).max
  say(`others used up to ${Math.round(busy * 100)} % of the machine between the measurements`)
  if (busy > BUSY_MAX)
    say('NOTE: do not judge by this run, neither by figures nor by ratios: it was not alone')
  say(`open loop: the generator was late by ${shown(lateP99Ms)} ms (p99, median of the rounds)`)
  if (lateP99Ms > LATE_MAX_MS) say('NOTE: so late, its latencies say more about the machine than the targets')
}

/** What the figures were measured on. */
export async function describeMachine() {
  return {
    startedAt: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1_048_576),
    postgres: await describePostgres(),
  }
}

/** Writes `bench/results/<name>.json`, and the file of `--json`. */
export function keep(name: string, { json = null, ...options }: Partial<Options>, results: object): void {
  const text = `${JSON.stringify({ benchmark: name, options, ...results }, null, 2)}\n`
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  for (const file of [join(folder, `${name}.json`), ...(json === null ? [] : [json])]) {
    writeFileSync(file, text)
    say(`${file}`)
  }
}
