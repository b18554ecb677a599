/** Reads the whole config at once and refuses it whole, with every fault in one go. Pure. */
import { fillIn, type Config, type Origin, type Remark } from './config.ts'
import type { Kind } from './kind.ts'
import { RULES } from './rules.ts'
import { keyOf, type Setting } from './setting.ts'
import { RETIRED } from './settings/retired.ts'
import { suggestionFor } from './suggest.ts'
import { ALL_SETTINGS, type SettingName, type Values } from './table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Why the program does not start: one line a fault, each naming the setting and what would be right. */
export type Fault = Remark

export type Loaded = { config: Config } | { faults: Fault[]; warnings: Remark[] }

/**
 * The config out of the environment; `fromFile` names what came from the `.env` file. Empty text is as good
 * as unset. Secret values are in no message.
 */
export function loadConfig(env: Environment, fromFile: ReadonlySet<string> = new Set()): Loaded {
  const faults: Fault[] = []
  const warnings = [...retiredRemarks(env), ...slipRemarks(env)]
  const origins = new Map<SettingName, Origin>()
  const faulty = new Set<SettingName>()
  const entries = ALL_SETTINGS.map(([name, setting]): [string, unknown] => {
    const found = find(name, setting, env)
    if (found.overruled) warnings.push(remark(name, found.overruled))
    origins.set(name, originOf(found.source, fromFile))
    if (found.source === undefined) return [keyOf(name), setting.default]
    const value = setting.kind.parse(found.text)
    if (value !== undefined) return [keyOf(name), value]
    faulty.add(name)
    faults.push(remark(name, notRight(found.source, found.text, setting.kind, fromFile)))
    return [keyOf(name), setting.default]
  })
  // The one place where the table's rows become its type: keys and kinds are those of SETTINGS.
  const values = Object.fromEntries(entries) as unknown as Values
  const setAs = (name: SettingName) => {
    const origin = origins.get(name)
    return origin === undefined || origin.from === 'default' ? undefined : origin.name
  }
  for (const rule of RULES) {
    if (rule.reads.some((name) => faulty.has(name))) continue
    const message = rule.check(values, setAs)
    if (message !== null) (rule.weight === 'fault' ? faults : warnings).push(remark(rule.reads[0], message))
  }
  if (faults.length > 0) return { faults, warnings }
  return { config: fillIn(values, Object.fromEntries(origins) as Config['origins'], warnings) }
}

const remark = (setting: string, message: string): Remark => ({ setting, message })
const textOf = (env: Environment, name: string): string => env[name]?.trim() ?? ''

interface Found {
  source?: string
  text: string
  overruled?: string
}

/** The setting under its own name, else under the first alias that is set. */
function find(name: SettingName, setting: Setting<unknown>, env: Environment): Found {
  const named = [name, ...setting.aliases].filter((one) => textOf(env, one) !== '')
  const source = named[0]
  if (source === undefined) return { text: '' }
  const text = textOf(env, source)
  const other = named.slice(1).find((one) => textOf(env, one) !== text)
  return {
    source,
    text,
    ...(other && { overruled: `${source} wins: ${other} is another name of it and differs` }),
  }
}

function originOf(source: string | undefined, fromFile: ReadonlySet<string>): Origin {
  if (source === undefined) return { from: 'default' }
  return { from: fromFile.has(source) ? 'file' : 'environment', name: source }
}

const SHOWN_MAX = 80

function notRight(source: string, text: string, kind: Kind<unknown>, fromFile: ReadonlySet<string>): string {
  const shown = kind.secret ? '***' : plain(text)
  const where = fromFile.has(source) ? ' (in .env)' : ''
  return `${source}=${shown}${where} is not right: expected ${kind.expects}`
}

/** Text on one line and not too long; in quotes when it could be misread. */
function plain(text: string): string {
  const short = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  return /^[\x21-\x7e…]+$/.test(short) ? short : JSON.stringify(short)
}

function retiredRemarks(env: Environment): Remark[] {
  return Object.entries(RETIRED)
    .filter(([name]) => textOf(env, name) !== '')
    .map(([name, instead]) => remark(name, `${name} has no effect any more: ${instead}`))
}

function slipRemarks(env: Environment): Remark[] {
  const names = ALL_SETTINGS.flatMap(([name, { aliases }]) => [name, ...aliases])
  const known = new Set([...names, ...Object.keys(RETIRED)])
  return Object.keys(env)
    .filter((name) => !known.has(name) && textOf(env, name) !== '')
    .flatMap((name) => {
      const meant = suggestionFor(name, names)
      return meant ? [remark(meant, `${name} is no setting and has no effect: is ${meant} meant?`)] : []
    })
}
