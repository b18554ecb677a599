/** SQL of mails that wait to be sent. */
import type { Database, Queries } from '../../platform/db/index.ts'
import type { Mail } from '../../platform/mail/index.ts'
import { uuidv7, type Sealer } from '../../platform/runtime/index.ts'

export interface WaitingMail extends Mail {
  id: string
  /** This one included. */
  attempts: number
}

export async function queueMail(
  db: Queries,
  sealer: Sealer,
  { recipient, subject, text }: Mail,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into mails (id, recipient, subject, text_sealed, created_at, due_at) values ($1, $2, $3, $4, now(), now())`,
    [uuidv7(nowMs), recipient, subject, sealer.seal(text)],
  )
}

/** Mails that are due, for whoever asks first: for `holdMs` nobody else gets them. */
export async function claimMails(
  db: Database,
  sealer: Sealer,
  { most, holdMs }: { most: number; holdMs: number },
): Promise<WaitingMail[]> {
  const rows = await db.query<Omit<WaitingMail, 'text'> & { sealed: string } & Record<string, unknown>>(
    `update mails set due_at = now() + $2 * interval '1 ms', attempts = attempts + 1
     where id in (select id from mails where due_at <= now() order by due_at limit $1 for update skip locked)
     returning id, recipient, subject, text_sealed as sealed, attempts`,
    [most, holdMs],
  )
  return rows.map(({ sealed, ...row }) => ({ ...row, text: sealer.open(sealed) }))
}

export async function dropMail(db: Queries, id: string): Promise<void> {
  await db.query('delete from mails where id = $1', [id])
}

export async function putOffMail(db: Queries, id: string, waitMs: number): Promise<void> {
  await db.query(`update mails set due_at = now() + $2 * interval '1 ms' where id = $1`, [id, waitMs])
}

/** Drops what could not be sent for so long; gives how many. Its links are over anyway. */
export async function dropOldMails(db: Queries, ageMs: number): Promise<number> {
  const rows = await db.query(
    `delete from mails where created_at < now() - $1 * interval '1 ms' returning 1`,
    [ageMs],
  )
  return rows.length
}
