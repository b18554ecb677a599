import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectFile, startProgram, type ChildProgram } from '../../../../test/child-program.ts'
import { freshDataDir, openForTest } from '../../../../test/data-folder.ts'
import { cutPower, keepSynced, startShadow, type Survival } from '../../../../test/power-cut.ts'
import { requireService } from '../../../../test/services.ts'

let dataDir: string
let shadow: string
beforeEach(async () => {
  dataDir = await freshDataDir({ empty: true })
  shadow = mkdtempSync(join(tmpdir(), 'signalbox-shadow-'))
})
afterEach(() => {
  for (const folder of [dataDir, shadow]) rmSync(folder, { recursive: true, force: true })
})

/** The start of a program that has the database open as `db` and counts on from `first` in the table `acked`. */
const opening = (durability: string, prelude = '') => `${prelude}
  const { openForTest } = await import(${projectFile('test/data-folder.ts')})
  const { createGroupCommit, isDataError } = await import(${projectFile('src/platform/db/index.ts')})
  console.log('opening')
  const db = await openForTest(${JSON.stringify(dataDir)}, undefined, { durability: '${durability}' })
  await db.write('create table if not exists acked (n int primary key, pad text)')
  const groups = createGroupCommit({
    commit: async (numbers) => {
      await db.write("insert into acked select n, repeat('x', 200) from unnest($1::int[]) n", [numbers])
      return numbers
    },
    sizeMax: 64, groupsInFlight: 1, waitingMax: 1_000, isDataError, deadlineMs: 5_000,
  })
  let n = (await db.query('select coalesce(max(n), 0) + 1 as n from acked'))[0].n
  console.log('open')`

/** Writes until it is killed, with checkpoints and changes of the schema in between; says each number once acknowledged. */
const writer = (durability: string, prelude = '') => `${opening(durability, prelude)}
  const write = async () => {
    for (;;) console.log('acked ' + await groups.add(n++))
  }
  for (let i = 0; i < 64; i++) void write()
  for (let i = 0; ; i++) {
    await db.write('create table if not exists passing (id int primary key, pad text)')
    await db.write("insert into passing select i, repeat('y', 500) from generate_series(1, 500) i")
    await db.checkpoint()
    await db.write('drop table passing')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }`

const ackedBy = (program: ChildProgram) =>
  program.lines.filter((line) => line.startsWith('acked ')).map((line) => Number(line.slice(6)))

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function kill(program: ChildProgram): Promise<number[]> {
  program.process.kill('SIGKILL')
  await program.ended
  return ackedBy(program)
}

/** Which of the acknowledged are not there. */
async function missing(acked: readonly number[]): Promise<number[]> {
  const db = await openForTest(dataDir)
  const rows = await db.query<{ n: number; length: number }>('select n, length(pad) from acked')
  await db.close()
  const there = new Set(rows.filter(({ length }) => length === 200).map(({ n }) => n))
  return acked.filter((n) => !there.has(n))
}

/** A repeatable series of numbers in [0, 1). */
function series(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const strace = requireService('strace')

describe('what is acknowledged', () => {
  it.skipIf(!strace).each([
    { durability: 'power', each: 1 },
    { durability: 'process', each: 0 },
  ])('is synced once a group with DURABILITY=$durability, seen by strace', async ({ durability, each }) => {
    const trace = join(shadow, 'trace')
    const bursts = 25
    const program = startProgram(
      `${opening(durability)}
       const before = db.stats().syncs
       for (let burst = 0; burst < ${bursts}; burst++) await Promise.all(Array.from({ length: 10 }, () => groups.add(n++)))
       console.log('syncs ' + (db.stats().syncs - before))
       await groups.close()
       await db.close()`,
      { under: [strace!, '-f', '--seccomp-bpf', '-e', 'trace=fdatasync', '-o', trace] },
    )
    const syncs = Number((await program.line(/^syncs/)).slice(6))
    expect(await program.ended).toMatchObject({ code: 0 })
    const calls = readFileSync(trace, 'utf8').match(/fdatasync\(/g)?.length ?? 0
    expect(syncs).toBe(bursts * each)
    // The last two segments each time; a few more for the first statements.
    expect(calls).toBeGreaterThanOrEqual(bursts * each)
    expect(calls).toBeLessThanOrEqual((bursts + 6) * 2 * each)
  })

  it('survives a process that is killed, 20 times in a row', { timeout: 120_000 }, async () => {
    const chance = series(7)
    const acked: number[] = []
    for (let round = 0; round < 20; round++) {
      const program = startProgram(writer('power'))
      await program.line(/^open$/)
      await pause(50 + chance() * 350)
      acked.push(...(await kill(program)))
    }
    expect(acked.length).toBeGreaterThan(1_000)
    expect(await missing(acked)).toEqual([])
  })

  const cuts = Number(process.env['POWER_CUTS'] ?? 3)

  it.each(['nothing', 'names-too', 'pages'] satisfies Survival[])(
    `survives ${cuts} power cuts in a row when of the unsynced survives: %s`,
    { timeout: cuts * 30_000 },
    async (survival) => {
      const chance = series(survival.length + Number(process.env['POWER_SEED'] ?? 0))
      const acked: number[] = []
      for (let cut = 0; cut < cuts; cut++) {
        startShadow(dataDir, shadow)
        const program = startProgram(writer('power', keepSynced(dataDir, shadow)))
        // The first cut comes while it writes; later ones may come while it opens and recovers.
        await program.line(cut === 0 ? /^acked/ : /^opening$/)
        await pause(chance() * 3_500)
        acked.push(...(await kill(program)))
        cutPower(dataDir, shadow, survival, chance)
      }
      expect(acked.length).toBeGreaterThan(100)
      expect(await missing(acked)).toEqual([])
    },
  )

  it(
    'does not survive a power cut with DURABILITY=process: the rig sees the difference',
    { timeout: 60_000 },
    async () => {
      startShadow(dataDir, shadow)
      const program = startProgram(writer('process', keepSynced(dataDir, shadow)))
      await program.line(/^acked 200$/)
      const acked = await kill(program)
      cutPower(dataDir, shadow, 'nothing', series(1))
      const lost = await missing(acked).catch(() => acked)
      expect(lost.length).toBeGreaterThan(0)
      expect(readdirSync(dataDir)).toContain('pg')
    },
  )
})
