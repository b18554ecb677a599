import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from './load.ts'
import { readEnvironment } from './read-environment.ts'
import { SETTINGS } from './table.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'generate-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function generate(...args: string[]) {
  const program = join(import.meta.dirname, 'generate.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

describe('generate', () => {
  it('writes both files, then finds them current, then stale after an edit by hand', () => {
    expect(generate('--check', folder)).toEqual({
      status: 1,
      said: expect.stringMatching(/^\.env\.example is stale.*\ndocs\/settings\.md is stale.*\n$/),
    })
    expect(generate(folder)).toEqual({ status: 0, said: 'wrote .env.example\nwrote docs/settings.md\n' })
    expect(generate('--check', folder)).toEqual({ status: 0, said: '' })
    appendFileSync(join(folder, '.env.example'), '# mine\n')
    expect(generate('--check', folder)).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^\.env\.example is/),
    })
  })

  it('finds the files of the project current', () => {
    expect(generate('--check')).toEqual({ status: 0, said: '' })
  })
})

describe('.env.example', () => {
  const root = join(import.meta.dirname, '../../..')
  const text = readFileSync(join(root, '.env.example'), 'utf8')

  it('changes nothing when it is copied as it is', () => {
    expect(text.split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true)
  })

  it('holds every setting, each at its default', () => {
    const lines = text.split('\n').filter((line) => /^#[A-Z_]+=/.test(line))
    expect(lines.map((line) => line.slice(1, line.indexOf('=')))).toEqual(Object.keys(SETTINGS))
    const env = Object.fromEntries(lines.map((line) => line.slice(1).split(/=(.*)/s, 2)))
    const strip = (loaded: ReturnType<typeof loadConfig>) =>
      'config' in loaded ? { ...loaded.config, origins: 0, warnings: 0 } : loaded
    expect(strip(loadConfig(env))).toEqual(strip(loadConfig({})))
    expect(readEnvironment(root, {}).env['TOP_N']).toBeUndefined()
  })
})
