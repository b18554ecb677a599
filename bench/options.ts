/** The options that every benchmark understands. */
import { parseArgs } from 'node:util'
import type { Gate } from './signalbox.ts'
import { TARGET_NAMES, type TargetName } from './targets.ts'

export interface Options {
  seconds: number
  rounds: number
  connections: number
  /** Signals a second of the calm open loop. */
  rate: number
  only: TargetName[]
  gate: Gate
  /** A second place for the JSON. */
  json: string | null
  faultEvery: number
  sinkDelayMs: number
}

export const OPTIONS_TEXT = `options:
  --seconds N        of each measurement
  --rounds N         how often each target has its turn
  --connections N    of the closed loop (32)
  --rate N           signals a second of the open loop
  --only a,b         of ${TARGET_NAMES.join(', ')}
  --gate page|off    the rank gate looks at a local screener page, or is off (page)
  --json FILE        the result, besides bench/results
  --fault-every N    deliver: the sink answers every N-th request with 503 (0: never)
  --sink-delay MS    deliver: each answer of the sink waits (0)
`

function numberOf(name: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < least) {
    throw new Error(`--${name} is a number, at least ${least}, not "${text}"`)
  }
  return number
}

/** @throws with a sentence when an option is unknown or its value makes no sense. */
export function readOptions(
  args: string[],
  defaults: { seconds: number; rounds: number; rate: number; only: readonly TargetName[] },
): Options {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      seconds: { ...text, default: String(defaults.seconds) },
      rounds: { ...text, default: String(defaults.rounds) },
      connections: { ...text, default: '32' },
      rate: { ...text, default: String(defaults.rate) },
      only: { ...text, default: defaults.only.join(',') },
      gate: { ...text, default: 'page' },
      json: text,
      'fault-every': { ...text, default: '0' },
      'sink-delay': { ...text, default: '0' },
    },
  })
  const { gate } = values
  if (gate !== 'page' && gate !== 'off') throw new Error(`--gate is page or off, not "${gate}"`)
  const only = values.only.split(',').map((name) => {
    const known = defaults.only.find((one) => one === name) ?? TARGET_NAMES.find((one) => one === name)
    if (!known) throw new Error(`--only takes ${TARGET_NAMES.join(', ')}, not "${name}"`)
    return known
  })
  return {
    seconds: numberOf('seconds', values.seconds, 0.5),
    rounds: Math.round(numberOf('rounds', values.rounds, 1)),
    connections: Math.round(numberOf('connections', values.connections, 1)),
    rate: numberOf('rate', values.rate, 1),
    only,
    gate,
    json: values.json ?? null,
    faultEvery: Math.round(numberOf('fault-every', values['fault-every'], 0)),
    sinkDelayMs: numberOf('sink-delay', values['sink-delay'], 0),
  }
}
