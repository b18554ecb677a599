/** SQL of webhook keys and of the log of refused payloads. */
import { bumpVersion, type Database } from '../../platform/db/index.ts'
import type { Sealer } from '../../platform/runtime/index.ts'
import type { KeyOptions, WebhookKey } from './key.ts'

export const KEYS_VERSION = 'webhook-keys'

export interface StoredKey extends WebhookKey {
  tokenHash: Buffer
}

type KeyRow = Record<string, unknown> &
  Omit<StoredKey, 'signingSecret'> & { signingSecretSealed: string | null }

/** All keys, revoked ones too, newest first. */
export async function listKeys(db: Database, sealer: Sealer): Promise<StoredKey[]> {
  const rows = await db.query<KeyRow>(
    `select id, name, token_hash as "tokenHash", token_shown as "tokenShown", options,
       signing_secret_sealed as "signingSecretSealed", created_at as "createdAtMs", revoked_at as "revokedAtMs",
       last_used_at as "lastUsedAtMs" from webhook_keys order by id desc`,
  )
  return rows.map(({ signingSecretSealed, ...row }) => ({
    ...row,
    ...(signingSecretSealed !== null && { signingSecret: sealer.open(signingSecretSealed) }),
  }))
}

export interface NewKey {
  id: string
  name: string
  tokenHash: Buffer
  tokenShown: string
  options: KeyOptions
  signingSecret?: string
}

export async function insertKey(db: Database, sealer: Sealer, key: NewKey): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into webhook_keys (id, name, token_hash, token_shown, options, signing_secret_sealed, created_at)
       values ($1, $2, $3, $4, $5, $6, now())`,
      [
        key.id,
        key.name,
        key.tokenHash,
        key.tokenShown,
        JSON.stringify(key.options),
        key.signingSecret === undefined ? null : sealer.seal(key.signingSecret),
      ],
    )
    await bumpVersion(tx, KEYS_VERSION)
  })
}

/** False when there is no such key in force. */
export async function revokeKey(db: Database, id: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query(
      `update webhook_keys set revoked_at = now() where id = $1 and revoked_at is null returning 1`,
      [id],
    )
    await bumpVersion(tx, KEYS_VERSION)
    return rows.length > 0
  })
}

export async function updateKey(
  db: Database,
  id: string,
  name: string,
  options: KeyOptions,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const rows = await tx.query(
      `update webhook_keys set name = $2, options = $3 where id = $1 and revoked_at is null returning 1`,
      [id, name, JSON.stringify(options)],
    )
    await bumpVersion(tx, KEYS_VERSION)
    return rows.length > 0
  })
}

export async function noteKeyUse(db: Database, ids: readonly string[]): Promise<void> {
  await db.query(`update webhook_keys set last_used_at = now() where id = any($1::uuid[])`, [ids])
}

/** When keys were last used, as far as any process has written it: epoch milliseconds by id. */
export async function readKeyUse(db: Database): Promise<Map<string, number>> {
  const rows = await db.query<{ id: string; at: number }>(
    `select id, last_used_at as at from webhook_keys where last_used_at is not null`,
  )
  return new Map(rows.map(({ id, at }) => [id, at]))
}

export interface RefusedPayload {
  id: string
  receivedAtMs: number
  keyId: string | null
  remote: string | null
  status: number
  code: string
  field: string | null
  message: string
  /** The first 2 kB, credentials removed. */
  body: string
}

export async function insertRefused(db: Database, refused: readonly RefusedPayload[]): Promise<void> {
  await db.query(
    `insert into rejected_payloads (id, received_at, key_id, remote, status, code, field, message, body)
     select id, to_timestamp("receivedAtMs" / 1000.0), "keyId", remote, status, code, field, message, body
     from json_to_recordset($1::json) as x(id uuid, "receivedAtMs" bigint, "keyId" uuid, remote text, status int, code text,
       field text, message text, body text)`,
    [JSON.stringify(refused)],
  )
}

export async function listRefused(
  db: Database,
  { keyId, beforeId }: { keyId: string | undefined; beforeId: string | undefined },
  limit: number,
): Promise<RefusedPayload[]> {
  return db.query<RefusedPayload & Record<string, unknown>>(
    `select id, received_at as "receivedAtMs", key_id as "keyId", remote, status, code, field, message, body
     from rejected_payloads where ($1::uuid is null or id < $1) and ($3::uuid is null or key_id = $3)
     order by id desc limit $2`,
    [beforeId ?? null, limit, keyId ?? null],
  )
}

/** Keeps the newest 10,000 of at most 30 days. */
export async function trimRefused(db: Database): Promise<void> {
  await db.query(
    `delete from rejected_payloads where received_at < now() - interval '30 days'
       or id < (select id from rejected_payloads order by id desc offset 9999 limit 1)`,
  )
}
