/** The load generator and the sink, as seen from the benchmark: processes that end when it ends. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { undoneAtEnd } from './cleanup.ts'
import type { LoadPlan, LoadReport } from './load-plan.ts'
import { machineMs, pause } from './machine-clock.ts'
import type { Arrivals, SinkFaults, SinkQuestion } from './sink.ts'

function start(file: string): { child: ChildProcess; stop: () => Promise<void> } {
  const child = fork(join(import.meta.dirname, file), { serialization: 'advanced', execArgv: [] })
  const stop = undoneAtEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  })
  return { child, stop }
}

/** One question at a time, one answer each. */
async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Answer))
    child.once('exit', () => reject(new Error('a process of the benchmark ended early')))
  })
  child.send(question)
  return answer.finally(() => child.removeAllListeners('message').removeAllListeners('exit'))
}

export interface Loader {
  /** Indexes go on where the last run ended: no two signals of a loader are equal. */
  run(plan: Omit<LoadPlan, 'firstIndex' | 'run'>): Promise<LoadReport>
  stop(): Promise<void>
}

/** One load generator for a whole benchmark, so that its own code is warm. */
export function openLoader(): Loader {
  const { child, stop } = start('load.ts')
  const run = `b${Date.now().toString(36)}`
  let firstIndex = 0
  return {
    async run(plan) {
      const report = await ask<LoadReport>(child, { ...plan, run, firstIndex } satisfies LoadPlan)
      firstIndex += report.sent
      return report
    },
    stop,
  }
}

export interface Sink {
  url: string
  /** Everything since the last time this was asked. */
  take(): Promise<Arrivals>
  /**
   * Waits until `expected` different signals have arrived since the last `take`. Gives up when nothing came for `patienceMs`, or
   * after `longestMs`, and says how many came.
   */
  drained(expected: number, limits: { patienceMs: number; longestMs: number }): Promise<number>
  stop(): Promise<void>
}

export async function openSink(faults: SinkFaults = { every: 0, status: 503, delayMs: 0 }): Promise<Sink> {
  const { child, stop } = start('sink.ts')
  const asked = <Answer>(question: SinkQuestion) => ask<Answer>(child, question)
  const port = await asked<number>({ ask: 'open', faults })
  return {
    url: `http://127.0.0.1:${port}/`,
    take: () => asked<Arrivals>({ ask: 'take' }),
    async drained(expected, { patienceMs, longestMs }) {
      const startMs = machineMs()
      let [count, changedMs] = [await asked<number>({ ask: 'count' }), startMs]
      while (count < expected && machineMs() - changedMs < patienceMs && machineMs() - startMs < longestMs) {
        await pause(50)
        const now = await asked<number>({ ask: 'count' })
        if (now !== count) [count, changedMs] = [now, machineMs()]
      }
      return count
    },
    stop,
  }
}
