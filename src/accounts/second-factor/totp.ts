/** One-time codes by time (RFC 6238; six digits, 30 s, SHA-1, as every authenticator app has it), with recovery codes. */
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { hashToken } from '../../platform/runtime/index.ts'

const STEP_MS = 30_000
const RECOVERY_CODES = 10

const totp = (secret: string, label = '') =>
  new TOTP({ issuer: 'Signalbox', label, secret: Secret.fromBase32(secret), digits: 6, period: 30 })

/** A new secret of 160 bits in base32. */
export const makeTotpSecret = (): string => new Secret({ size: 20 }).base32

/** The `otpauth://` address that authenticator apps read from a QR code. */
export const totpAddress = (secret: string, email: string): string => totp(secret, email).toString()

/** The time step a code is right for, one step of clock drift allowed; null when it is wrong or not newer than `lastStep`. */
export function totpStep(secret: string, code: string, nowMs: number, lastStep: number): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = totp(secret).validate({ token: code, timestamp: nowMs, window: 1 })
  if (delta === null) return null
  const step = Math.floor(nowMs / STEP_MS) + delta
  return step > lastStep ? step : null
}

/** Ten codes of 80 bits, each good once, for when the phone is lost. */
export const makeRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const text = randomBytes(10).toString('hex')
    return `${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10, 15)}-${text.slice(15)}`
  })

/** As it is stored and compared. */
export const hashRecoveryCode = (code: string): string =>
  hashToken(
    code
      .trim()
      .toLowerCase()
      .replaceAll(/[^0-9a-f]/g, ''),
  ).toString('base64')
