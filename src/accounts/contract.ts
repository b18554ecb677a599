/** The wire schemas of accounts. */
import { z } from 'zod'
import { CAPABILITY_NAMES, ROLES } from '../platform/http/index.ts'
import type { AuditRow } from './audit/store.ts'
import type { SessionView } from './sessions/store.ts'
import type { ApiTokenView } from './tokens/store.ts'
import { CAPABILITIES, ENTITLEMENTS, PLANS, USER_STATES, type User } from './users/user.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms))

export const email = z.email().max(254)
export const personName = z.string().trim().min(1).max(80)
export const password = z.string().max(1_000).describe('twelve characters or more')
export const role = z.enum(ROLES)
export const plan = z.enum(PLANS)
export const byId = z.object({ id: z.uuid() })

export const userView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    email_verified: z.boolean(),
    name: z.string(),
    role,
    plan,
    state: z.enum(USER_STATES),
    invited: z.boolean().describe('has not chosen a password yet'),
    second_factor: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'User' })

export const viewOfUser = (user: User): z.infer<typeof userView> => ({
  id: user.id,
  email: user.email,
  email_verified: user.emailVerified,
  name: user.name,
  role: user.role,
  plan: user.plan,
  state: user.state,
  invited: user.passwordHash === null,
  second_factor: user.secondFactor,
  created_at: iso(user.createdAtMs),
})

const preferred = {
  subscriptions: z
    .array(z.string().max(200))
    .max(100)
    .optional()
    .describe('groups of the stream that a connection has from its beginning'),
  views: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(60), search: z.string().max(2_000) }))
    .max(50)
    .optional()
    .describe('filters of signals, kept under a name'),
}
export const preferences = z.strictObject(preferred)

export const meView = userView
  .extend({
    may: z.array(z.enum(CAPABILITY_NAMES)),
    entitlements: z.record(z.string(), z.number()).describe('what the plan holds'),
    preferences: z.object(preferred),
  })
  .meta({ id: 'Me' })

export const viewOfMe = (user: User): z.infer<typeof meView> => ({
  ...viewOfUser(user),
  may: [...CAPABILITIES[user.role]],
  entitlements: { ...ENTITLEMENTS[user.plan] },
  preferences: user.preferences,
})

export const sessionView = z
  .object({
    id: z.uuid(),
    address: z.string(),
    agent: z.string(),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' })

export const viewOfSession = (
  s: SessionView,
  currentId: string | undefined,
): z.infer<typeof sessionView> => ({
  id: s.id,
  address: s.address,
  agent: s.agent,
  created_at: iso(s.createdAtMs),
  last_seen_at: iso(s.lastSeenAtMs),
  current: s.id === currentId,
})

export const tokenView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    token: z.string().describe('its beginning and end'),
    scopes: z.array(z.enum(CAPABILITY_NAMES)),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiToken' })

export const viewOfToken = (t: ApiTokenView): z.infer<typeof tokenView> => ({
  id: t.id,
  name: t.name,
  token: t.tokenShown,
  scopes: t.scopes,
  created_at: iso(t.createdAtMs),
  expires_at: isoOrNull(t.expiresAtMs),
  last_used_at: isoOrNull(t.lastUsedAtMs),
})

export const auditView = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actor: z.string(),
    address: z.string(),
    action: z.string(),
    subject: z.string(),
    before: z.unknown().describe('null where there was nothing'),
    after: z.unknown().describe('null where nothing was sent'),
  })
  .meta({ id: 'AuditEntry' })

export const viewOfAudit = (row: AuditRow): z.infer<typeof auditView> => ({
  id: row.id,
  at: iso(row.atMs),
  actor: row.actor,
  address: row.address,
  action: row.action,
  subject: row.subject,
  before: row.before ?? null,
  after: row.after ?? null,
})
