/** SQL of API tokens and of refresh tokens. */
import type { Database, Queries } from '../../platform/db/index.ts'
import type { Capability } from '../../platform/http/index.ts'
import { hashToken, showToken, uuidv7 } from '../../platform/runtime/index.ts'

export interface ApiTokenView {
  id: string
  name: string
  tokenShown: string
  scopes: Capability[]
  createdAtMs: number
  expiresAtMs: number | null
  lastUsedAtMs: number | null
}

const COLUMNS = `id, name, token_shown as "tokenShown", scopes, created_at as "createdAtMs", expires_at as "expiresAtMs",
  last_used_at as "lastUsedAtMs"`

/** Null when the user has `most` of them already. */
export async function insertApiToken(
  db: Queries,
  given: {
    userId: string
    name: string
    token: string
    scopes: readonly Capability[]
    lifeMs: number | null
  },
  { most, nowMs }: { most: number; nowMs: number },
): Promise<ApiTokenView | null> {
  const rows = await db.query<ApiTokenView & Record<string, unknown>>(
    `insert into api_tokens (id, user_id, name, token_hash, token_shown, scopes, created_at, expires_at)
     select $1::uuid, $2::uuid, $3::text, $4::bytea, $5::text, $6::jsonb, now(), now() + $7::double precision * interval '1 ms'
     where (select count(*) from api_tokens where user_id = $2) < $8 returning ${COLUMNS}`,
    [
      uuidv7(nowMs),
      given.userId,
      given.name,
      hashToken(given.token),
      showToken(given.token),
      JSON.stringify(given.scopes),
      given.lifeMs,
      most,
    ],
  )
  return rows[0] ?? null
}

export async function listApiTokens(db: Queries, userId: string): Promise<ApiTokenView[]> {
  return db.query<ApiTokenView & Record<string, unknown>>(
    `select ${COLUMNS} from api_tokens where user_id = $1 order by id`,
    [userId],
  )
}

/** False when the user has no such token. */
export async function deleteApiToken(db: Queries, userId: string, id: string): Promise<boolean> {
  const rows = await db.query('delete from api_tokens where user_id = $1 and id = $2 returning 1', [
    userId,
    id,
  ])
  return rows.length > 0
}

/** Whose token it is and what it may, while it is in force; notes the use, once a minute at most. */
export async function useApiToken(
  db: Queries,
  token: string,
): Promise<{ id: string; userId: string; scopes: Capability[] } | null> {
  const rows = await db.query<{ id: string; userId: string; scopes: Capability[]; seen: boolean }>(
    `select t.id, t.user_id as "userId", t.scopes, coalesce(t.last_used_at > now() - interval '1 minute', false) as seen
     from api_tokens t join users u on u.id = t.user_id and u.state = 'active'
     where t.token_hash = $1 and (t.expires_at is null or t.expires_at > now())`,
    [hashToken(token)],
  )
  const found = rows[0]
  if (found === undefined) return null
  if (!found.seen) await db.query('update api_tokens set last_used_at = now() where id = $1', [found.id])
  return found
}

const REFRESH_LIFE_MS = 30 * 86_400_000

export interface RefreshToken {
  token: string
  family: string
  userId: string
  epoch: number
}

export async function insertRefresh(
  db: Queries,
  { token, family, userId, epoch }: RefreshToken,
): Promise<void> {
  await db.query(
    `insert into refresh_tokens (token_hash, family, user_id, epoch, expires_at)
     values ($1, $2, $3, $4, now() + $5 * interval '1 ms')`,
    [hashToken(token), family, userId, epoch, REFRESH_LIFE_MS],
  )
}

/** Spends a refresh token for the next of its family. One that was spent before is a theft: it ends the whole family. */
export async function rotateRefresh(
  db: Database,
  token: string,
  next: string,
): Promise<{ userId: string; epoch: number } | null> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<{
      family: string
      userId: string
      epoch: number
      used: boolean
      inForce: boolean
    }>(
      `select r.family, r.user_id as "userId", r.epoch, r.used_at is not null as used,
         r.expires_at > now() and u.epoch = r.epoch and u.state = 'active' as "inForce"
       from refresh_tokens r join users u on u.id = r.user_id where r.token_hash = $1 for update of r`,
      [hashToken(token)],
    )
    const found = rows[0]
    if (found === undefined) return null
    if (found.used || !found.inForce) {
      await tx.query('delete from refresh_tokens where family = $1', [found.family])
      return null
    }
    await tx.query('update refresh_tokens set used_at = now() where token_hash = $1', [hashToken(token)])
    await insertRefresh(tx, { ...found, token: next })
    return found
  })
}

export interface TicketHolder {
  userId: string
  epoch: number
  scopes: Capability[]
}

export async function insertTicket(
  db: Queries,
  token: string,
  { userId, epoch, scopes }: TicketHolder,
  lifeMs: number,
): Promise<void> {
  await db.query(
    `insert into stream_tickets (token_hash, user_id, epoch, scopes, expires_at)
     values ($1, $2, $3, $4, now() + $5 * interval '1 ms')`,
    [hashToken(token), userId, epoch, JSON.stringify(scopes), lifeMs],
  )
}

/** Takes a ticket: whoever comes second with it, or too late, gets null. */
export async function takeTicket(db: Queries, token: string): Promise<TicketHolder | null> {
  const rows = await db.query<TicketHolder & Record<string, unknown>>(
    `delete from stream_tickets where token_hash = $1 and expires_at > now()
     returning user_id as "userId", epoch, scopes`,
    [hashToken(token)],
  )
  return rows[0] ?? null
}
