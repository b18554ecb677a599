/** Who calls, and what they may do. */

export const ROLES = ['admin', 'operator', 'user', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/**
 * What a call asks for: `own` one's own account, `read` what the operators see, `operate` what they do, `administer` users and
 * what only administrators do.
 */
export const CAPABILITY_NAMES = ['own', 'read', 'operate', 'administer'] as const
export type Capability = (typeof CAPABILITY_NAMES)[number]

export interface Identity {
  /** Null for a token that belongs to no user. */
  userId: string | null
  name: string
  may: ReadonlySet<Capability>
  via: 'session' | 'api-token' | 'access-token' | 'ticket' | 'admin-token'
  /** Of a session or an API token: which one. */
  sessionId?: string
  tokenId?: string
  /** The user's, when they were looked up: another one since means that this is over. */
  epoch?: number
}
