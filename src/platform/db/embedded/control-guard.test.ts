import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guarded, restoreControl } from './control-guard.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-'))
  for (const name of ['global', 'pg_logical']) mkdirSync(join(folder, name))
  writeControl('first')
})
afterEach(() => rmSync(folder, { recursive: true }))

const writeControl = (text: string) => writeFileSync(join(folder, 'global/pg_control'), text)
const control = () => readFileSync(join(folder, 'global/pg_control'), 'utf8')
const copyThere = () => existsSync(join(folder, 'pg_control.prev'))
const broken = (text: string) => async () => {
  writeControl(text)
  throw new Error('cut off')
}

describe('the guard of the control file', () => {
  it('has a copy of the old one while the step runs, and none when all is on the disk', async () => {
    const during = await guarded(folder, async () => {
      writeControl('second')
      return readFileSync(join(folder, 'pg_control.prev'), 'utf8')
    })
    expect(during).toBe('first')
    expect(copyThere()).toBe(false)
    expect(await restoreControl(folder)).toBe(false)
    expect(control()).toBe('second')
  })

  it('goes back to the old one when the step was cut off', async () => {
    writeFileSync(join(folder, 'pg_logical/replorigin_checkpoint'), 'of the second')
    await expect(guarded(folder, broken('second'))).rejects.toThrow('cut off')
    expect(await restoreControl(folder)).toBe(true)
    expect(control()).toBe('first')
    expect(existsSync(join(folder, 'pg_logical/replorigin_checkpoint'))).toBe(false)
    expect(copyThere()).toBe(false)
  })

  it('keeps the oldest when steps are cut off one after the other', async () => {
    for (const text of ['second', 'third'])
      await expect(guarded(folder, broken(text))).rejects.toThrow('cut off')
    await restoreControl(folder)
    expect(control()).toBe('first')
  })

  it('takes no draft of a copy for a copy', async () => {
    writeFileSync(join(folder, 'pg_control.prev.draft'), 'fir')
    expect(await restoreControl(folder)).toBe(false)
    expect(control()).toBe('first')
  })
})
