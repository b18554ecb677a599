/** A user: who they are, what their role lets them do, and what their plan entitles them to. Pure. */
import { dictionary } from '@zxcvbn-ts/language-common'
import type { Capability, Role } from '../../platform/http/index.ts'

export const PLANS = ['free', 'premium'] as const
export type Plan = (typeof PLANS)[number]
export const USER_STATES = ['active', 'disabled'] as const

export interface Preferences {
  /** Groups of the stream that a connection has from its beginning. */
  subscriptions?: string[] | undefined
  /** Filters of signals under a name. */
  views?: { name: string; search: string }[] | undefined
}

export interface User {
  id: string
  email: string
  /** A link that was mailed there has come back. */
  emailVerified: boolean
  name: string
  role: Role
  plan: Plan
  state: (typeof USER_STATES)[number]
  /** Null until an invitation is taken up. */
  passwordHash: string | null
  secondFactor: boolean
  preferences: Preferences
  /** Raised to end every session and token of the user. */
  epoch: number
  createdAtMs: number
  updatedAtMs: number
}

/** What each role may do; every call asks for one of these. */
export const CAPABILITIES: Readonly<Record<Role, readonly Capability[]>> = {
  admin: ['own', 'read', 'operate', 'administer'],
  operator: ['own', 'read', 'operate'],
  viewer: ['own', 'read'],
  user: ['own'],
}

/** The one table of what a plan holds; numbers are the most of a kind that a user may have. */
export const ENTITLEMENTS = {
  free: { apiTokens: 3, alerts: 10, algorithms: 0, frequencySecMin: 300 },
  premium: { apiTokens: 50, alerts: 1_000, algorithms: 50, frequencySecMin: 5 },
} as const satisfies Record<Plan, object>

/** The address as accounts are told apart by it. */
export const emailKey = (email: string): string => email.trim().toLowerCase()

const PASSWORD_MIN = 12
const PASSWORD_MAX = 200
/** The 49,000 that leaked most often, and this product's own name. */
const COMMON: ReadonlySet<string> = new Set([...dictionary['passwords-common'], 'signalbox'])

/**
 * Why a password is too weak, or null. Length counts, not signs (NIST SP 800-63B); the commonest are refused, also with
 * numbers and signs around them, and repeated.
 */
export function passwordFault(password: string, about: { email: string; name: string }): string | null {
  if (password.length < PASSWORD_MIN) return `is shorter than ${PASSWORD_MIN} characters`
  if (password.length > PASSWORD_MAX) return `is longer than ${PASSWORD_MAX} characters`
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) return 'repeats too few characters'
  if (isCommon(lower)) return 'is one of the commonest there are'
  const own = [emailKey(about.email).split('@')[0]!, about.name.toLowerCase()]
  if (own.some((one) => one.length > 3 && lower.replaceAll(one, '').length < 6))
    return 'is made of your own name'
  return null
}

function isCommon(lower: string): boolean {
  const bare = lower.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const once = /^(.{3,}?)\1+/u.exec(bare)?.[1] ?? bare
  const isRow = /^(?:0?1234567890?|abcdefghijkl)/.test(lower)
  return isRow || [lower, bare, once].some((text) => text !== '' && COMMON.has(text))
}
