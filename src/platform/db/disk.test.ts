import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureBallast, freeBytes, releaseBallast } from './disk.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the disk', () => {
  it('has a ballast of 16 MB that takes real room, until it is thrown off', async () => {
    const before = await freeBytes(folder)
    expect(before).toBeGreaterThan(0)
    expect(await ensureBallast(folder)).toBe(true)
    const { size, blocks } = statSync(join(folder, 'ballast'))
    expect(size).toBe(16 * 1024 * 1024)
    expect(blocks * 512).toBeGreaterThanOrEqual(size)
    expect(await ensureBallast(folder)).toBe(true)
    expect(await releaseBallast(folder)).toBe(true)
    expect(await releaseBallast(folder)).toBe(false)
  })
})
