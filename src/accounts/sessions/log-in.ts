/** A login: the wait after failures, the password, the second factor. Says the same, and takes as long, whoever it is. */
import type { Database } from '../../platform/db/index.ts'
import { hashToken, nowMs, type Sealer } from '../../platform/runtime/index.ts'
import { spendCode } from '../second-factor/store.ts'
import { verifyPassword } from '../users/password.ts'
import { findByEmail } from '../users/store.ts'
import { emailKey, type User } from '../users/user.ts'
import { forgetLoginFailures, hasLoggedInFrom, loginWaitMs, noteLoginFailure } from './store.ts'

export interface Credentials {
  email: string
  password: string
  /** Of the second factor: of the app, or a recovery code. */
  code?: string | undefined
}

export type LoginOutcome =
  | { outcome: 'in'; user: User }
  | { outcome: 'wrong' }
  /** The password was right; a code is needed. */
  | { outcome: 'code-needed' }
  | { outcome: 'wait'; waitMs: number }

export async function logIn(
  { db, sealer, loginAttemptsMax }: { db: Database; sealer: Sealer; loginAttemptsMax: number },
  { email, password, code }: Credentials,
  address: string,
): Promise<LoginOutcome> {
  const keys = {
    account: `account:${hashToken(emailKey(email)).toString('base64url')}`,
    address: `address:${address}`,
  }
  const user = await findByEmail(db, email)
  // Whoever guesses at an account from elsewhere does not keep its owner out where they have logged in before.
  const isAtHome = user !== null && (await hasLoggedInFrom(db, user.id, address))
  const waitMs = await loginWaitMs(db, isAtHome ? [keys.address] : [keys.account, keys.address])
  if (waitMs > 0) return { outcome: 'wait', waitMs }
  const isRight = await verifyPassword(user?.passwordHash ?? null, password)
  const fail = async (): Promise<LoginOutcome> => {
    await noteLoginFailure(db, keys, loginAttemptsMax)
    return { outcome: 'wrong' }
  }
  if (!isRight || user === null || user.state !== 'active') return fail()
  if (user.secondFactor) {
    if (code === undefined) return { outcome: 'code-needed' }
    if (!(await spendCode(db, sealer, { userId: user.id, code, nowMs: nowMs() }))) return fail()
  }
  await forgetLoginFailures(db, keys.account)
  return { outcome: 'in', user }
}
