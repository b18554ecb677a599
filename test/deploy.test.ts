import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../src/platform/config/table.ts'
import { requireService } from './services.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const program = globSync('src/**/*.ts', {
  cwd: root,
  exclude: (path) => path.endsWith('.test.ts') || path.includes('config/settings'),
})
  .map(read)
  .join('\n')

/** The names of our metrics in a text, that the program does not have; it puts `signalbox_` before each itself. */
const unknownMetrics = (text: string, program: string): string[] =>
  [...new Set(text.match(/\bsignalbox_[a-z_]+/g))].filter((name) => {
    const own = name.replace(/^signalbox_/, '')
    return ![own, own.replace(/_(bucket|sum|count)$/, '')].some((one) => program.includes(`'${one}'`))
  })

it.each(['deploy/prometheus/alerts.yml', 'docs/operations.md'])(
  '%s names only metrics that exist',
  (path) => {
    expect(unknownMetrics(read(path), program)).toEqual([])
  },
)

it('notices a metric that does not exist', () => {
  const program = "name: 'signals_total'"
  const text = 'rate(signalbox_signals_total[5m]) / signalbox_signals_totals'
  expect(unknownMetrics(text, program)).toEqual(['signalbox_signals_totals'])
})

/** What belongs to the containers around the program. */
const OTHERS = /^(POSTGRES_\w+|PUBLISH|SIGNALBOX_VERSION|NODE_ENV|PGPASSWORD)$/

it.each(globSync('deploy/compose*.yaml', { cwd: root }))('%s sets only what the program reads', (path) => {
  const names = read(path).match(/(?<=^|[\s{,]|\$\{)[A-Z][A-Z_]{3,}(?=:|\})/gm) ?? []
  const known = Object.keys(SETTINGS)
  expect(names.filter((name) => !OTHERS.test(name) && !known.includes(name))).toEqual([])
})

it('every setting that is declared is read by the program', () => {
  const unread = Object.keys(SETTINGS).filter((name) => {
    const key = name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    return !program.includes(`.${key}`) && !new RegExp(`\\b${key}\\b[,}: ]`).test(program)
  })
  expect(unread).toEqual([])
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
