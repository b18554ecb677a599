/** Finds the test files whose imports lead to one file, so that no list of them is kept by hand. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const importPattern = /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'(\.{1,2}\/[^']+\.ts)'/gm

/** The test files under `root` that import `target`, themselves or through others; sorted. */
export function testFilesImporting(root: string, target: string): string[] {
  const known = new Map<string, boolean>()
  const leads = (path: string): boolean => {
    const seen = known.get(path)
    if (seen !== undefined) return seen
    known.set(path, false)
    const full = join(root, path)
    const text = existsSync(full) ? readFileSync(full, 'utf8') : ''
    const found = [...text.matchAll(importPattern)].map(([, specifier]) => join(dirname(path), specifier!))
    const answer = found.some((next) => next === target || leads(next))
    known.set(path, answer)
    return answer
  }
  return globSync(['src/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root }).toSorted().filter(leads)
}
