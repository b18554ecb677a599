import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeConfig } from './describe.ts'
import { loadConfig } from './load.ts'
import { readEnvironment } from './read-environment.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-environment-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (text: string) => writeFileSync(join(folder, '.env'), text)

describe('readEnvironment', () => {
  it('takes the environment alone where there is no file', () => {
    expect(readEnvironment(folder, { PORT: '1' })).toEqual({ env: { PORT: '1' }, fromFile: new Set() })
  })

  it('lets the environment win over the file, unless it is empty there', () => {
    write('\uFEFFPORT=2\nHOST="localhost" # here\nexport TOP_N=3\nDEMO=\n')
    const { env, fromFile } = readEnvironment(folder, { PORT: '1', TOP_N: '' })
    expect(env).toEqual({ PORT: '1', HOST: 'localhost', TOP_N: '3', DEMO: '' })
    expect(fromFile).toEqual(new Set(['HOST', 'TOP_N', 'DEMO']))
  })

  it('says which file it cannot read', () => {
    mkdirSync(join(folder, '.env'))
    expect(() => readEnvironment(folder, {})).toThrow(`${join(folder, '.env')} cannot be read (EISDIR)`)
  })
})

describe('describeConfig', () => {
  it('shows every value, its origin and what is odd about it, and no secret', () => {
    write('FINVIZ_PASSWORD=canary\nSERVER_PORT=81\n')
    const { env, fromFile } = readEnvironment(folder, {
      TOP_N: '3',
      DATABASE_URL: 'postgres://u:canary@h/d',
      DB_NAME: 'x',
    })
    const loaded = loadConfig(env, fromFile)
    if ('faults' in loaded) throw new Error('refused')
    const rows = describeConfig(loaded.config)
    const row = (name: string) => rows.find((one) => one.name === name)
    expect(row('TOP_N')).toMatchObject({ shown: '3', origin: 'environment', note: '' })
    expect(row('PORT')).toMatchObject({ shown: '81', origin: '.env file, alias SERVER_PORT' })
    expect(row('HOST')).toMatchObject({ shown: '127.0.0.1', origin: 'default' })
    expect(row('DEMO')).toMatchObject({ shown: 'on', origin: 'default' })
    expect(row('MAX_REQ_PER_MIN')).toMatchObject({ shown: '59', origin: 'default' })
    expect(row('SEAL_KEY')).toMatchObject({ shown: 'generated in DATA_DIR/seal.key' })
    expect(row('FINVIZ_PASSWORD')).toMatchObject({ shown: '***', origin: '.env file' })
    expect(row('DATABASE_URL')).toMatchObject({
      shown: 'postgresql://u:***@h/d',
      note: expect.stringContaining('wins'),
    })
    expect(JSON.stringify(rows)).not.toContain('canary')
    expect(rows.every(({ doc, shown }) => doc.length > 5 && shown !== '')).toBe(true)
  })
})
