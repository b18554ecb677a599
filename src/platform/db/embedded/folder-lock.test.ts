import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectFile, startProgram } from '../../../../test/child-program.ts'
import { FolderInUse, lockFolder } from './folder-lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'lock')
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

const holderProgram = () =>
  startProgram(`
  import { lockFolder } from ${projectFile('src/platform/db/embedded/folder-lock.ts')}
  try {
    await lockFolder(${JSON.stringify(folder)})
    console.log('locked')
    setInterval(() => {}, 1_000)
  } catch (error) {
    console.log('refused ' + error.message)
  }`)

/** What a holder of now would write, with some of it changed. */
async function describeHolder(changes: Record<string, unknown>): Promise<string> {
  const lock = await lockFolder(folder)
  const text = readFileSync(path(), 'utf8')
  await lock.release()
  return JSON.stringify({ ...JSON.parse(text), ...changes })
}

describe('the lock of a data folder', () => {
  it('is refused to a second process with a line that names the first and the folder', async () => {
    const first = holderProgram()
    await first.line(/^locked/)
    const error = await errorOf(lockFolder(folder))
    expect(error).toBeInstanceOf(FolderInUse)
    expect((error as Error).message).toContain(`${folder} is in use by process ${first.process.pid}.`)
    first.process.kill('SIGKILL')
    await first.ended
  })

  it('is refused to the same process', async () => {
    const lock = await lockFolder(folder)
    expect(await errorOf(lockFolder(folder))).toBeInstanceOf(FolderInUse)
    await lock.release()
  })

  it('leaves nothing behind when it is released, and can be taken again', async () => {
    await (await lockFolder(folder)).release()
    expect(readdirSync(folder)).toEqual([])
    await (await lockFolder(folder)).release()
  })

  it('is taken from a process that was killed', async () => {
    const first = holderProgram()
    await first.line(/^locked/)
    first.process.kill('SIGKILL')
    await first.ended
    const lock = await lockFolder(folder)
    await lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is not taken from a process that is stopped and says nothing', async () => {
    const first = holderProgram()
    await first.line(/^locked/)
    first.process.kill('SIGSTOP')
    expect(await errorOf(lockFolder(folder))).toBeInstanceOf(FolderInUse)
    first.process.kill('SIGKILL')
    await first.ended
  })

  it.each([
    ['of another process that got the same PID', { started: '1' }],
    ['from before the machine was started', { boot: 'another' }],
    ['of a container that is gone', { namespace: 'pid:[1]', door: 'lock.gone.sock' }],
  ])('is taken when it is %s', async (_, changes) => {
    writeFileSync(path(), await describeHolder(changes))
    await (await lockFolder(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['empty', ''],
    ['cut off', '{"pid":12'],
    ['something else', '[1]'],
  ])('is taken when a power cut has left it %s', async (_, text) => {
    writeFileSync(path(), text)
    await (await lockFolder(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is not taken from another container whose kernel answers for it', async () => {
    const door = createServer()
    await new Promise<void>((resolve) => door.listen(join(folder, 'lock.other.sock'), resolve))
    writeFileSync(path(), await describeHolder({ namespace: 'pid:[1]', door: 'lock.other.sock', pid: 1 }))
    expect(await errorOf(lockFolder(folder))).toBeInstanceOf(FolderInUse)
    await new Promise((resolve) => door.close(resolve))
  })

  it('is not taken from another container that nobody can ask', async () => {
    writeFileSync(path(), await describeHolder({ namespace: 'pid:[1]', door: '' }))
    expect(await errorOf(lockFolder(folder))).toBeInstanceOf(FolderInUse)
  })

  it('goes to one of six processes that find the same stale lock', async () => {
    const stale = await describeHolder({ started: '1' })
    for (let round = 0; round < 3; round++) {
      writeFileSync(path(), stale)
      const racers = Array.from({ length: 6 }, holderProgram)
      const words = await Promise.all(racers.map((racer) => racer.line(/^(locked|refused)/)))
      expect(words.filter((word) => word === 'locked')).toHaveLength(1)
      for (const racer of racers) racer.process.kill('SIGKILL')
      await Promise.all(racers.map((racer) => racer.ended))
      rmSync(path())
    }
  })
})
