/** The last line of a test run, `N passed, N failed`; in CI a test skipped for want of a service counts. */
import { writeSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { insistedOn, servicesRequired, serviceTitles } from './services.ts'

export interface Tally {
  passed: number
  failed: number
  skipped: number
}

/** `12 passed, 0 failed`, with `, 3 skipped` behind it only when there are any. */
export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

/** The services CI insists on that the title of a skipped test names. */
export function missedServices(fullTitle: string): string[] {
  return insistedOn.map((name) => serviceTitles[name]).filter((word) => fullTitle.includes(word))
}

/** Counts tests by their end. A file that does not load, or an error outside any test, is one failure. */
function tallyOf(modules: readonly TestModule[], looseErrors: number): Tally & { missed: string[] } {
  const tally = { passed: 0, failed: looseErrors, skipped: 0, missed: [] as string[] }
  for (const module of modules) {
    const broken = [...module.children.allSuites()].reduce((sum, suite) => sum + suite.errors().length, 0)
    tally.failed += module.errors().length + broken
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') tally.passed += 1
      else if (state === 'failed') tally.failed += 1
      else {
        tally.skipped += 1
        if (missedServices(test.fullName).length > 0)
          tally.missed.push(`${module.relativeModuleId}: ${test.fullName}`)
      }
    }
  }
  return tally
}

/** A vitest reporter that writes the closing line when the process exits, after everything else. */
export function closingLineReporter(): Reporter {
  let tally: ReturnType<typeof tallyOf> | null = null
  const close = () => {
    const result = tally ?? { passed: 0, failed: 1, skipped: 0, missed: [] }
    const missed = servicesRequired ? result.missed : []
    for (const title of missed) writeSync(1, `skipped though SERVICES=required: ${title}\n`)
    const failed = result.failed + missed.length
    if (failed > 0) process.exitCode = 1
    writeSync(1, `${closingLine({ ...result, failed, skipped: result.skipped - missed.length })}\n`)
  }
  return {
    onInit: () => {
      process.once('exit', close)
    },
    onTestRunEnd: (modules, errors) => {
      tally = tallyOf(modules, errors.length)
    },
  }
}
