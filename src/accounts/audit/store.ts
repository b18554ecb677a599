/** SQL of the audit log: who changed what, from where, before and after. */
import type { Queries } from '../../platform/db/index.ts'
import { uuidv7 } from '../../platform/runtime/index.ts'
import { masked } from './mask.ts'

export interface AuditEntry {
  actorId: string | null
  actor: string
  address: string
  action: string
  subject: string
  before?: unknown
  after?: unknown
}

export interface AuditRow extends AuditEntry {
  id: string
  atMs: number
}

export async function insertAudit(db: Queries, entry: AuditEntry, nowMs: number): Promise<void> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(masked(value)))
  await db.query(
    `insert into audit_log (id, at, actor_id, actor, address, action, subject, before, after)
     values ($1, now(), $2, $3, $4, $5, $6, $7, $8)`,
    [
      uuidv7(nowMs),
      entry.actorId,
      entry.actor,
      entry.address,
      entry.action,
      entry.subject,
      json(entry.before),
      json(entry.after),
    ],
  )
}

/** Newest first, those before `beforeId` where given. */
export async function listAudit(
  db: Queries,
  { subject, beforeId }: { subject: string | undefined; beforeId: string | undefined },
  limit: number,
): Promise<AuditRow[]> {
  return db.query<AuditRow & Record<string, unknown>>(
    `select id, at as "atMs", actor_id as "actorId", actor, address, action, subject, before, after from audit_log
     where ($1::text is null or subject = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [subject, beforeId, limit],
  )
}

export async function dropOldAudit(db: Queries, days: number): Promise<void> {
  await db.query(`delete from audit_log where at < now() - $1 * interval '1 day'`, [days])
}
