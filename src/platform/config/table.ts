/** Every setting there is, in the groups and the order in which people read them. */
import { databaseSettings } from './settings/database.ts'
import { mailSettings } from './settings/mail.ts'
import { redisSettings } from './settings/redis.ts'
import { screenerSettings } from './settings/screener.ts'
import { logSettings, safetySettings, serverSettings } from './settings/server.ts'
import { destinationSettings, gateSettings, queueSettings } from './settings/signals.ts'
import type { KeyOf, Setting } from './setting.ts'

export const GROUPS = {
  'Where signals go': destinationSettings,
  'What passes': gateSettings,
  'The screener': screenerSettings,
  'The server': serverSettings,
  Safety: safetySettings,
  'The database': databaseSettings,
  Redis: redisSettings,
  Mail: mailSettings,
  'Queue and retention': queueSettings,
  Logs: logSettings,
} as const

export const SETTINGS = {
  ...destinationSettings,
  ...gateSettings,
  ...screenerSettings,
  ...serverSettings,
  ...safetySettings,
  ...databaseSettings,
  ...redisSettings,
  ...mailSettings,
  ...queueSettings,
  ...logSettings,
} as const

export type SettingName = keyof typeof SETTINGS

/** The value of every setting under its key, as it was set. */
export type Values = {
  readonly [Name in SettingName as KeyOf<Name>]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never
}

/** Names and settings, for those who go through all of them. */
export const ALL_SETTINGS = Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]
