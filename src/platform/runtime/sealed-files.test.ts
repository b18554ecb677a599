import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadOrCreateToken, loadSealKey } from './sealed-files.ts'
import { createSealer } from './sealing.ts'
import { tokenLooksReal } from './tokens.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('loadSealKey', () => {
  it('makes a key that only its owner reads, and finds it again', () => {
    const dataDir = join(folder, 'not', 'there', 'yet')
    const key = loadSealKey(dataDir)
    expect(key).toHaveLength(32)
    expect(statSync(join(dataDir, 'seal.key')).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual(['seal.key'])
    expect(loadSealKey(dataDir)).toEqual(key)
  })

  it('takes the configured key and writes none', () => {
    const key = randomBytes(32)
    expect(loadSealKey(folder, key.toString('base64'))).toEqual(key)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['', 'short', randomBytes(31).toString('base64')])(
    'refuses the configured key %j without repeating it',
    (text) => {
      expect(() => loadSealKey(folder, text)).toThrow(/^SEAL_KEY does not hold 32 bytes in base64$/)
    },
  )

  it('refuses a damaged key file and leaves it alone', () => {
    const path = join(folder, 'seal.key')
    writeFileSync(path, 'half a k')
    expect(() => loadSealKey(folder)).toThrow(`${path} does not hold 32 bytes`)
    expect(readFileSync(path, 'utf8')).toBe('half a k')
  })

  it('gives all of several starters at once the same key', async () => {
    const module = new URL('sealed-files.ts', import.meta.url).href
    const program = `import { loadSealKey } from ${JSON.stringify(module)}
      process.stdout.write(loadSealKey(${JSON.stringify(folder)}).toString('hex'))`
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    const keys = await Promise.all(Array.from({ length: 6 }, start))
    expect(new Set(keys.map(({ stdout }) => stdout)).size).toBe(1)
    expect(keys[0]!.stdout).toHaveLength(64)
    expect(readdirSync(folder)).toEqual(['seal.key'])
  })
})

describe('loadOrCreateToken', () => {
  it('makes a token, keeps it sealed and finds it again', () => {
    const sealer = createSealer(loadSealKey(folder))
    const first = loadOrCreateToken(sealer, folder, 'admin')
    expect(first.created).toBe(true)
    expect(first.token).toMatch(/^sbx_admin_/)
    expect(tokenLooksReal(first.token)).toBe(true)
    expect(readFileSync(join(folder, 'admin.sealed'), 'utf8')).not.toContain(first.token.slice(10))
    expect(loadOrCreateToken(sealer, folder, 'admin')).toEqual({ token: first.token, created: false })
  })

  it('keeps what another maker gives', () => {
    const sealer = createSealer(loadSealKey(folder))
    expect(loadOrCreateToken(sealer, folder, 'dest-webhook', () => 'whsec_x').token).toBe('whsec_x')
    expect(loadOrCreateToken(sealer, folder, 'dest-webhook', () => 'whsec_y').token).toBe('whsec_x')
  })

  it('names the file that another key has sealed', () => {
    loadOrCreateToken(createSealer(randomBytes(32)), folder, 'admin')
    const open = () => loadOrCreateToken(createSealer(randomBytes(32)), folder, 'admin')
    expect(open).toThrow(`${join(folder, 'admin.sealed')}: this text was sealed with another key`)
  })

  it('refuses a name that leaves the folder', () => {
    expect(() => loadOrCreateToken(createSealer(randomBytes(32)), folder, '../admin')).toThrow('not a name')
  })
})
