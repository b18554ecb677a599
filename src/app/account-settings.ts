/** What accounts need of the settings. */
import type { AccountSettings } from '../accounts/index.ts'
import type { Config } from '../platform/config/index.ts'

export const accountSettingsOf = (config: Config): AccountSettings => ({
  idleMs: config.sessionTimeoutMinutes * 60_000,
  loginAttemptsMax: config.maxLoginAttempts,
  registration: config.registration,
  publicUrl: config.publicUrl,
  mail: config.smtpUrl !== undefined,
})
