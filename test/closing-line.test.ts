import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closingLine, missedServices } from './closing-line.ts'

const root = join(import.meta.dirname, '..')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'closing-line-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { closingLineReporter } from '${join(root, 'test/closing-line.ts')}'
     export default { test: { reporters: ['default', closingLineReporter()] } }`,
  )
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs vitest itself over one test file and gives its exit code and last line. */
function run(body: string, services: string) {
  writeFileSync(join(folder, 'a.test.ts'), `import { describe, expect, it } from 'vitest'\n${body}`)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status, stdout } = spawnSync(process.execPath, [vitest, 'run'], {
    cwd: folder,
    env: { ...process.env, SERVICES: services },
    encoding: 'utf8',
  })
  return { status, last: stdout.trimEnd().split('\n').at(-1) }
}

const passes = "it('adds', () => expect(1 + 1).toBe(2));"
const fails = "it('adds wrongly', () => expect(1 + 1).toBe(3));"
const skipsService = "it.skip('runs on PostgreSQL', () => {});"
const skipsOther = "it.skip('runs on Sundays', () => {});"

it.each([
  { title: 'a pass', body: passes, services: '', status: 0, last: '1 passed, 0 failed' },
  { title: 'a failure', body: passes + fails, services: '', status: 1, last: '1 passed, 1 failed' },
  {
    title: 'a file that does not load',
    body: 'throw new Error()',
    services: '',
    status: 1,
    last: '0 passed, 1 failed',
  },
  {
    title: 'a missing service',
    body: passes + skipsService,
    services: '',
    status: 0,
    last: '1 passed, 0 failed, 1 skipped',
  },
  {
    title: 'a missing service that is required',
    body: passes + skipsService,
    services: 'required',
    status: 1,
    last: '1 passed, 1 failed',
  },
  {
    title: 'a skip that is not for a service',
    body: passes + skipsOther,
    services: 'required',
    status: 0,
    last: '1 passed, 0 failed, 1 skipped',
  },
])('a run with $title ends with "$last" and exit code $status', ({ body, services, status, last }) => {
  expect(run(body, services)).toEqual({ status, last })
})

it('leaves the skipped out of the line when there are none', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
})

it('knows a service in the title of a suite', () => {
  expect(missedServices('the journal on PostgreSQL behind PgBouncer > keeps order')).toEqual([
    'PostgreSQL',
    'PgBouncer',
  ])
})
