import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireService } from './services.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const source = globSync('src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') })
  .map(read)
  .join('\n')

/** The names of our metrics in a text, that the program does not have. */
const unknownMetrics = (text: string, program: string): string[] =>
  [...new Set(text.match(/\bsignalbox_[a-z_]+/g))].filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '')
    return !program.includes(name) && !program.includes(base)
  })

it.each(['deploy/prometheus/alerts.yml', 'docs/operations.md'])(
  '%s names only metrics that exist',
  (path) => {
    expect(unknownMetrics(read(path), source)).toEqual([])
  },
)

it('notices a metric that does not exist', () => {
  const program = "name: 'signalbox_signals_total'"
  const text = 'rate(signalbox_signals_total[5m]) / signalbox_typo_total'
  expect(unknownMetrics(text, program)).toEqual(['signalbox_typo_total'])
})

describe.skipIf(!requireService('promtool'))('deploy/prometheus, read by promtool,', () => {
  it.each([
    ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])('passes %s %s', (...command) => {
    const { status, stdout, stderr } = spawnSync('promtool', command, {
      cwd: join(root, 'deploy/prometheus'),
      encoding: 'utf8',
    })
    expect(status, stdout + stderr).toBe(0)
  })
})
