/** What a process costs: resident memory of it and its children, and the CPU time it has used. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

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
