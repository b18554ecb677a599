import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { filesOpenWithTheirIdea, todosHaveReasons } from './tidy/comments.ts'
import { importsFormNoCircle } from './tidy/cycles.ts'
import { exportsAreNamed } from './tidy/exports.ts'
import { namesSayWhatIsInside } from './tidy/names.ts'
import { readProject } from './tidy/project.ts'
import {
  adapters,
  environmentIsReadOnce,
  roomsAreInwardlyPure,
  timeAndChanceAreTaken,
  worldlyUses,
} from './tidy/purity.ts'
import { importsFollowTheTable } from './tidy/rooms.ts'
import type { Rule, Sample } from './tidy/rule.ts'
import { filesAreShort, functionsAreShort, linesAreShort, longFiles } from './tidy/size.ts'
import { isTest, isUnder, parseFile } from './tidy/source-file.ts'
import { sqlLivesInStores } from './tidy/sql.ts'
import { titlesAreSentences } from './tidy/test-titles.ts'

const rules: Rule[] = [
  importsFollowTheTable,
  importsFormNoCircle,
  roomsAreInwardlyPure,
  timeAndChanceAreTaken,
  environmentIsReadOnce,
  sqlLivesInStores,
  filesAreShort,
  functionsAreShort,
  linesAreShort,
  filesOpenWithTheirIdea,
  namesSayWhatIsInside,
  exportsAreNamed,
  todosHaveReasons,
  titlesAreSentences,
]

/** Fewer files than this, and the checker is looking in the wrong place. Raise them as the project grows. */
const floors = { source: 30, tests: 4, edges: 60 }

const project = readProject(fileURLToPath(new URL('..', import.meta.url)))

const faultsOf = (rule: Rule, sample: Sample) =>
  rule.check(Object.entries(sample.files).map(([path, text]) => parseFile(path, text)))

describe('the project', () => {
  it.each(rules)('is tidy: $name', (rule) => {
    const faults = rule.check(project).map(({ path, line, message }) => `${path}:${line} ${message}`)
    expect(faults, `Instead: ${rule.instead}.`).toEqual([])
  })

  it('is seen whole by the checker', () => {
    const source = project.filter((file) => isUnder(file, 'src') && !isTest(file))
    expect(source.length).toBeGreaterThanOrEqual(floors.source)
    expect(project.filter(isTest).length).toBeGreaterThanOrEqual(floors.tests)
    expect(source.flatMap((file) => file.imports.filter((edge) => edge.target !== null)).length) //
      .toBeGreaterThanOrEqual(floors.edges)
  })

  it('has every file that an exception names, and each still needs its exception', () => {
    const covered = (name: string) =>
      project.filter(({ path }) => path === name || path.startsWith(`${name}/`))
    const idle = Object.keys(adapters).filter(
      (name) => !covered(name).some((file) => worldlyUses(file).length > 0),
    )
    const short = Object.keys(longFiles).filter(
      (name) => !covered(name).some((file) => file.lines.length > 300),
    )
    expect([...idle, ...short]).toEqual([])
  })

  it('has imports that all lead to a file', () => {
    const paths = new Set(project.map((file) => file.path))
    const local = project.flatMap((file) =>
      file.imports
        .filter((edge) => edge.target?.endsWith('.ts'))
        .map((edge) => [file.path, edge.target!] as const),
    )
    expect(local.filter(([, target]) => !paths.has(target) && !target.startsWith('test/fixtures/'))).toEqual(
      [],
    )
  })
})

describe.each(rules)('the rule that $name', (rule) => {
  it.each(rule.refuses)('refuses $title', (sample) => {
    expect(faultsOf(rule, sample)).not.toEqual([])
  })

  it.each(rule.allows)('allows $title', (sample) => {
    expect(faultsOf(rule, sample)).toEqual([])
  })

  it('says what to do instead', () => {
    expect(rule.instead.length).toBeGreaterThan(20)
  })
})
