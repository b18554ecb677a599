/** Shows every setting with its value and where that came from, for `signalbox doctor`. Pure. */
import type { Config, Origin } from './config.ts'
import { keyOf, type Setting } from './setting.ts'
import { ALL_SETTINGS, type SettingName } from './table.ts'

export interface SettingRow {
  name: SettingName
  /** The value as people may see it: secrets are masked. */
  shown: string
  /** `default`, `environment`, `.env file`, with the other name it was set under. */
  origin: string
  doc: string
  /** What is odd about it; empty when nothing is. */
  note: string
}

/** One row for each setting, in the order of the documentation. */
export function describeConfig(config: Config): SettingRow[] {
  const values = new Map<string, unknown>(Object.entries(config))
  return ALL_SETTINGS.map(([name, setting]) => ({
    name,
    shown: shown(name, setting, config, values.get(keyOf(name))),
    origin: originText(name, config.origins[name]),
    doc: setting.doc,
    note: config.warnings
      .filter((warning) => warning.setting === name)
      .map(({ message }) => message)
      .join('; '),
  }))
}

function shown(name: SettingName, setting: Setting<unknown>, config: Config, value: unknown): string {
  if (name === 'DEMO') return config.demo ? 'on' : 'off'
  return value === undefined || value === null ? setting.defaultShown : setting.kind.show(value)
}

function originText(name: SettingName, origin: Origin): string {
  if (origin.from === 'default') return 'default'
  const place = origin.from === 'file' ? '.env file' : 'environment'
  return origin.name === name ? place : `${place}, alias ${origin.name}`
}
