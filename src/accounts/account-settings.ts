/** What accounts need to know of the settings. */

export interface AccountSettings {
  /** A session that is not used for so long is over. */
  idleMs: number
  /** Wrong passwords in a row that cost no wait. */
  loginAttemptsMax: number
  /** Who may make an account: anybody, whoever has an invitation, or nobody. */
  registration: 'open' | 'invitation' | 'closed'
  publicUrl: string
  /** Whether mail can be sent. */
  mail: boolean
}
