/** What a process costs: resident memory of it and its children, and the CPU time it has used. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { pause } from './machine-clock.ts'

/** Sum over the process and everything it started. Pages shared between them count for each. */
export function residentMb(pid: number): number {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const family = new Set([pid])
  // A parent may be listed after its child: look until nobody joins.
  for (let before = 0; before < family.size;) {
    before = family.size
    for (const [child, parent] of rows) if (family.has(parent!)) family.add(child!)
  }
  const kilobytes = rows.reduce((sum, [child, , rss]) => sum + (family.has(child!) ? rss! : 0), 0)
  return kilobytes / 1024
}

/** User and system time of all its threads so far, in steps of 10 ms; NaN where there is no /proc. */
export function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

const SAMPLE_MS = 700

/** The share of the machine's CPU that is in use, in [0, 1]. Asked while nothing of the benchmark runs, it is what others use. */
export async function busyShare(): Promise<number> {
  const read = () => {
    const times = cpus().map((cpu) => cpu.times)
    const idle = times.reduce((sum, { idle }) => sum + idle, 0)
    const all = times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.idle + one.irq, 0)
    return { idle, all }
  }
  const before = read()
  await pause(SAMPLE_MS)
  const after = read()
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all)
}
