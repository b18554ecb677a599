/** SQL of the inbox: what arrived at the built-in destination, the newest thousand. */
import type { Database } from '../../platform/db/index.ts'

export interface InboxMessage {
  id: string
  destinationId: string
  receivedAtMs: number
  webhookId: string | null
  verified: boolean
  repeated: boolean
  headers: Record<string, string>
  body: string
}

export async function insertMessage(db: Database, message: Omit<InboxMessage, 'repeated'>): Promise<void> {
  await db.query(
    `insert into inbox_messages (id, destination_id, received_at, webhook_id, verified, repeated, headers, body)
     values ($1, $2, to_timestamp($3::double precision / 1000), $4, $5,
       exists (select 1 from inbox_messages where webhook_id = $4), $6, $7)`,
    [
      message.id,
      message.destinationId,
      message.receivedAtMs,
      message.webhookId,
      message.verified,
      JSON.stringify(message.headers),
      message.body,
    ],
  )
}

export async function listMessages(db: Database, limit: number): Promise<InboxMessage[]> {
  return db.query<InboxMessage & Record<string, unknown>>(
    `select id, destination_id as "destinationId", received_at as "receivedAtMs", webhook_id as "webhookId", verified,
       repeated, headers, body from inbox_messages order by id desc limit $1`,
    [limit],
  )
}

export async function trimInbox(db: Database): Promise<void> {
  await db.query(
    `delete from inbox_messages where id < (select id from inbox_messages order by id desc offset 999 limit 1)`,
  )
}
