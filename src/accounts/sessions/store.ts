/** SQL of sessions and of failed logins. */
import type { Database, Queries } from '../../platform/db/index.ts'
import { hashToken, uuidv7 } from '../../platform/runtime/index.ts'
import { FORGOTTEN_AFTER_MS, waitAfterMs } from './lockout.ts'

export interface SessionView {
  id: string
  address: string
  agent: string
  createdAtMs: number
  lastSeenAtMs: number
}

/** However it is used, a session ends after this. */
const LIFE_MS = 30 * 86_400_000
/** How exactly the last use is known. */
const SEEN_EVERY_MS = 30_000

export async function insertSession(
  db: Queries,
  session: { token: string; userId: string; epoch: number; address: string; agent: string },
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into sessions (id, token_hash, user_id, epoch, address, agent, created_at, last_seen_at, ends_at)
     values ($1, $2, $3, $4, $5, $6, now(), now(), now() + $7 * interval '1 ms')`,
    [
      uuidv7(nowMs),
      hashToken(session.token),
      session.userId,
      session.epoch,
      session.address,
      session.agent.slice(0, 200),
      LIFE_MS,
    ],
  )
}

/** The session and user of a token in force, and notes the use; null for one that is over, idle too long, or not ours. */
export async function useSession(
  db: Queries,
  token: string,
  idleMs: number,
): Promise<{ sessionId: string; userId: string } | null> {
  const rows = await db.query<{ sessionId: string; userId: string; seenAgoMs: number }>(
    `select s.id as "sessionId", s.user_id as "userId",
       extract(epoch from now() - s.last_seen_at)::double precision * 1000 as "seenAgoMs"
     from sessions s join users u on u.id = s.user_id and u.epoch = s.epoch and u.state = 'active'
     where s.token_hash = $1 and s.ends_at > now() and s.last_seen_at > now() - $2 * interval '1 ms'`,
    [hashToken(token), idleMs],
  )
  const found = rows[0]
  if (found === undefined) return null
  if (found.seenAgoMs > SEEN_EVERY_MS)
    await db.query('update sessions set last_seen_at = now() where id = $1', [found.sessionId])
  return found
}

export async function listSessions(db: Queries, userId: string, idleMs: number): Promise<SessionView[]> {
  return db.query<SessionView & Record<string, unknown>>(
    `select s.id, s.address, s.agent, s.created_at as "createdAtMs", s.last_seen_at as "lastSeenAtMs"
     from sessions s join users u on u.id = s.user_id and u.epoch = s.epoch
     where s.user_id = $1 and s.ends_at > now() and s.last_seen_at > now() - $2 * interval '1 ms' order by s.id desc`,
    [userId, idleMs],
  )
}

/** False when the user has no such session. */
export async function endSession(db: Queries, userId: string, id: string): Promise<boolean> {
  const rows = await db.query('delete from sessions where user_id = $1 and id = $2 returning 1', [userId, id])
  return rows.length > 0
}

/** Whether the user has had a session from this address; sessions are kept for a month. */
export async function hasLoggedInFrom(db: Queries, userId: string, address: string): Promise<boolean> {
  const rows = await db.query('select 1 from sessions where user_id = $1 and address = $2 limit 1', [
    userId,
    address,
  ])
  return rows.length > 0
}

/** Of these users, sessions and tokens: the epochs of users who are active, and the ids that are still in force. */
export async function inForce(
  db: Queries,
  { userIds, sessionIds, tokenIds }: Record<'userIds' | 'sessionIds' | 'tokenIds', readonly string[]>,
): Promise<{ epochs: Map<string, number>; ids: Set<string> }> {
  const rows = await db.query<{ id: string; epoch: number | null }>(
    `select id, epoch from users where id = any($1::uuid[]) and state = 'active'
     union all select id, null from sessions where id = any($2::uuid[]) and ends_at > now()
     union all select id, null from api_tokens where id = any($3::uuid[]) and (expires_at is null or expires_at > now())`,
    [userIds, sessionIds, tokenIds],
  )
  const users = rows.filter((row) => row.epoch !== null)
  return {
    epochs: new Map(users.map((row) => [row.id, row.epoch!])),
    ids: new Set(rows.filter((row) => row.epoch === null).map((row) => row.id)),
  }
}

/** How long a login with these keys must still wait, in ms. */
export async function loginWaitMs(db: Queries, keys: readonly string[]): Promise<number> {
  const rows = await db.query<{ waitMs: number }>(
    `select coalesce(max(extract(epoch from not_before - now())), 0)::double precision * 1000 as "waitMs"
     from login_failures where key = any($1::text[])`,
    [keys],
  )
  return Math.max(0, Math.ceil(rows[0]!.waitMs))
}

/** Counts a failed login for an account and an address. */
export async function noteLoginFailure(
  db: Database,
  keys: { account: string; address: string },
  attemptsMax: number,
): Promise<void> {
  for (const kind of ['account', 'address'] as const) {
    await db.transaction(async (tx) => {
      const rows = await tx.query<{ failures: number }>(
        `insert into login_failures as f (key, failures, not_before, last_at) values ($1, 1, now(), now())
         on conflict (key) do update set last_at = now(),
           failures = case when f.last_at < now() - $2 * interval '1 ms' then 1 else f.failures + 1 end
         returning failures`,
        [keys[kind], FORGOTTEN_AFTER_MS],
      )
      const waitMs = waitAfterMs(kind, rows[0]!.failures, attemptsMax)
      await tx.query(`update login_failures set not_before = now() + $2 * interval '1 ms' where key = $1`, [
        keys[kind],
        waitMs,
      ])
    })
  }
}

export async function forgetLoginFailures(db: Queries, account: string): Promise<void> {
  await db.query('delete from login_failures where key = $1', [account])
}

/** What is over: sessions, links, refresh tokens, forgotten failures. */
export async function dropEnded(db: Queries): Promise<void> {
  await db.query(
    `with a as (delete from links where expires_at < now()),
       b as (delete from refresh_tokens where expires_at < now()),
       d as (delete from stream_tickets where expires_at < now()),
       c as (delete from login_failures where last_at < now() - $1 * interval '1 ms')
     delete from sessions where ends_at < now()`,
    [FORGOTTEN_AFTER_MS],
  )
}
