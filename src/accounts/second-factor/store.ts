/** SQL of the second factor: sealed secret, the last step taken, hashes of recovery codes. */
import type { Queries } from '../../platform/db/index.ts'
import type { Sealer } from '../../platform/runtime/index.ts'
import { hashRecoveryCode, totpStep } from './totp.ts'

interface Stored {
  totpSealed: string | null
  step: number
  confirmed: boolean
}

async function read(db: Queries, userId: string): Promise<Stored | undefined> {
  const rows = await db.query<Stored & Record<string, unknown>>(
    `select totp_sealed as "totpSealed", totp_step as step, totp_confirmed_at is not null as confirmed from users where id = $1`,
    [userId],
  )
  return rows[0]
}

/** Begins to set it up; false when there is one in force already. */
export async function beginTotp(
  db: Queries,
  sealer: Sealer,
  userId: string,
  secret: string,
): Promise<boolean> {
  const rows = await db.query(
    `update users set totp_sealed = $2, totp_step = 0 where id = $1 and totp_confirmed_at is null returning 1`,
    [userId, sealer.seal(secret)],
  )
  return rows.length > 0
}

/** Puts it in force when the code is right; the hashes are of the codes shown now. */
export async function confirmTotp(
  db: Queries,
  sealer: Sealer,
  {
    userId,
    code,
    recoveryHashes,
    nowMs,
  }: { userId: string; code: string; recoveryHashes: string[]; nowMs: number },
): Promise<boolean> {
  const stored = await read(db, userId)
  if (!stored?.totpSealed || stored.confirmed) return false
  const step = totpStep(sealer.open(stored.totpSealed), code, nowMs, stored.step)
  if (step === null) return false
  const rows = await db.query(
    `update users set totp_confirmed_at = now(), totp_step = $2, recovery_hashes = $3, updated_at = now()
     where id = $1 and totp_confirmed_at is null and totp_step < $2 returning 1`,
    [userId, step, JSON.stringify(recoveryHashes)],
  )
  return rows.length > 0
}

export async function removeTotp(db: Queries, userId: string): Promise<void> {
  await db.query(
    `update users set totp_sealed = null, totp_confirmed_at = null, totp_step = 0, recovery_hashes = '[]', updated_at = now()
     where id = $1`,
    [userId],
  )
}

/** Spends a code of the app, or a recovery code; false when it is neither, or was spent before. */
export async function spendCode(
  db: Queries,
  sealer: Sealer,
  { userId, code, nowMs }: { userId: string; code: string; nowMs: number },
): Promise<boolean> {
  const stored = await read(db, userId)
  if (!stored?.totpSealed || !stored.confirmed) return false
  const step = totpStep(sealer.open(stored.totpSealed), code.trim(), nowMs, stored.step)
  if (step !== null) {
    const rows = await db.query(
      'update users set totp_step = $2 where id = $1 and totp_step < $2 returning 1',
      [userId, step],
    )
    return rows.length > 0
  }
  const rows = await db.query(
    `update users set recovery_hashes = recovery_hashes - $2::text where id = $1 and recovery_hashes ? $2::text returning 1`,
    [userId, hashRecoveryCode(code)],
  )
  return rows.length > 0
}
