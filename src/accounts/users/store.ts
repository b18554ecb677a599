/** SQL of users, and of the links by which they take up an invitation or set a new password. */
import type { Database, Queries } from '../../platform/db/index.ts'
import { hashToken, uuidv7 } from '../../platform/runtime/index.ts'
import { emailKey, type Plan, type User } from './user.ts'

const COLUMNS = `id, email, email_verified_at is not null as "emailVerified", name, role, plan, state, password_hash as "passwordHash",
  totp_confirmed_at is not null as "secondFactor", preferences, epoch, created_at as "createdAtMs", updated_at as "updatedAtMs"`

type UserRow = User & Record<string, unknown>

export const LINK_KINDS = ['invitation', 'reset', 'verification'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

export interface NewUser {
  email: string
  name: string
  role: User['role']
  plan: Plan
  passwordHash: string | null
}

/** Null when the address is taken; `onlyFirst`: or when there is any user already. */
export async function insertUser(
  db: Database,
  { email, name, role, plan, passwordHash }: NewUser,
  { onlyFirst = false, nowMs }: { onlyFirst?: boolean; nowMs: number },
): Promise<User | null> {
  return db.transaction(async (tx) => {
    // Two browsers at a new installation: one of them becomes the first.
    if (onlyFirst) await tx.query('lock table users in exclusive mode')
    const rows = await tx.query<UserRow>(
      `insert into users (id, email, email_key, name, role, plan, password_hash, created_at, updated_at)
       select $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, now(), now()
       where not $8::boolean or not exists (select 1 from users)
       on conflict (email_key) do nothing returning ${COLUMNS}`,
      [uuidv7(nowMs), email.trim(), emailKey(email), name, role, plan, passwordHash, onlyFirst],
    )
    return rows[0] ?? null
  })
}

export async function hasUsers(db: Queries): Promise<boolean> {
  return (await db.query('select 1 from users limit 1')).length > 0
}

export async function findUser(db: Queries, id: string): Promise<User | null> {
  return (await db.query<UserRow>(`select ${COLUMNS} from users where id = $1`, [id]))[0] ?? null
}

/** Until the transaction ends, whoever else asks for this waits. */
export async function lockUser(tx: Queries, id: string): Promise<void> {
  await tx.query('select 1 from users where id = $1 for update', [id])
}

export async function findByEmail(db: Queries, email: string): Promise<User | null> {
  const rows = await db.query<UserRow>(`select ${COLUMNS} from users where email_key = $1`, [emailKey(email)])
  return rows[0] ?? null
}

export async function listUsers(db: Queries): Promise<User[]> {
  return db.query<UserRow>(`select ${COLUMNS} from users order by id`)
}

export type UserChange = Partial<Pick<User, 'name' | 'role' | 'plan' | 'state' | 'preferences'>>

/**
 * Changes a user; another role or state ends their sessions and tokens. Null when there is none. Throws `LastAdmin` when
 * nobody would be left who can administer.
 */
export async function updateUser(db: Database, id: string, change: UserChange): Promise<User | null> {
  return db.transaction(async (tx) => {
    const admins = await tx.query<{ id: string }>(
      `select id from users where role = 'admin' and state = 'active' order by id for update`,
    )
    const rows = await tx.query<UserRow>(
      `update users set name = coalesce($2, name), role = coalesce($3, role), plan = coalesce($4, plan),
         state = coalesce($5, state), preferences = coalesce($6::jsonb, preferences), updated_at = now(),
         epoch = epoch + case when coalesce($3, role) <> role or coalesce($5, state) <> state then 1 else 0 end
       where id = $1 returning ${COLUMNS}`,
      [id, change.name, change.role, change.plan, change.state, jsonOf(change.preferences)],
    )
    const after = rows[0] ?? null
    const wasLast = admins.length === 1 && admins[0]!.id === id
    if (wasLast && (after?.role !== 'admin' || after.state !== 'active')) throw new LastAdmin()
    return after
  })
}

export class LastAdmin extends Error {
  override readonly name = 'LastAdmin'
}

const jsonOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value)

/** A new password ends every session, token and link of the user. */
export async function setPassword(db: Queries, id: string, passwordHash: string): Promise<void> {
  await db.query(
    `with ended as (delete from links where user_id = $1)
     update users set password_hash = $2, epoch = epoch + 1, updated_at = now() where id = $1`,
    [id, passwordHash],
  )
}

/** A link that works once; a newer one of its kind replaces it. */
export async function insertLink(
  db: Queries,
  {
    kind,
    userId,
    token,
    lifeMs,
    email = null,
  }: { kind: LinkKind; userId: string; token: string; lifeMs: number; email?: string | null },
): Promise<void> {
  await db.query(
    `with older as (delete from links where user_id = $3 and kind = $2)
     insert into links (token_hash, kind, user_id, expires_at, email)
     values ($1, $2, $3, now() + $4::double precision * interval '1 ms', $5)`,
    [hashToken(token), kind, userId, lifeMs, email],
  )
}

/** Whom a link is for, while it is good. */
export async function findLink(
  db: Queries,
  token: string,
): Promise<{ kind: LinkKind; userId: string } | null> {
  const rows = await db.query<{ kind: LinkKind; userId: string }>(
    `select kind, user_id as "userId" from links where token_hash = $1 and expires_at > now()`,
    [hashToken(token)],
  )
  return rows[0] ?? null
}

/** Takes a link for a password out of the world; whom it was for, or null when somebody was faster. */
export async function takeLink(db: Queries, token: string): Promise<string | null> {
  const rows = await db.query<{ userId: string }>(
    `delete from links where token_hash = $1 and kind <> 'verification' and expires_at > now()
     returning user_id as "userId"`,
    [hashToken(token)],
  )
  return rows[0]?.userId ?? null
}

/** Whether a link of this kind was made within `withinMs`; `lifeMs`: how long such a link is good. */
export async function hasFreshLink(
  db: Queries,
  userId: string,
  kind: LinkKind,
  withinMs: number,
  lifeMs = 3_600_000,
): Promise<boolean> {
  const rows = await db.query(
    `select 1 from links where user_id = $1 and kind = $2
       and expires_at > now() + ($3::double precision - $4) * interval '1 ms'`,
    [userId, kind, lifeMs, withinMs],
  )
  return rows.length > 0
}

/** Takes the link, and the address it proves for the user's own. Null when the link is over or the address is another's. */
export async function verifyEmail(db: Database, token: string): Promise<{ user: User; before: User } | null> {
  return db.transaction(async (tx) => {
    const [link] = await tx.query<{ userId: string; email: string }>(
      `delete from links where token_hash = $1 and kind = 'verification' and expires_at > now()
       returning user_id as "userId", email`,
      [hashToken(token)],
    )
    const before = link === undefined ? null : await findUser(tx, link.userId)
    if (link === undefined || before === null) return null
    const rows = await tx.query<UserRow>(
      `update users set email = $2, email_key = $3, email_verified_at = now(), updated_at = now()
       where id = $1 and not exists (select 1 from users o where o.email_key = $3 and o.id <> $1) returning ${COLUMNS}`,
      [link.userId, link.email, emailKey(link.email)],
    )
    return rows[0] === undefined ? null : { user: rows[0], before }
  })
}
