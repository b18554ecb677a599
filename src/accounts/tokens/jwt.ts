/** Access tokens for machines: JWT, HS256 and nothing else, for this audience, ten minutes. */
import { jwtVerify, SignJWT } from 'jose'

const ISSUER = 'signalbox'
const AUDIENCE = 'signalbox-api'
const ALGORITHM = 'HS256'
export const ACCESS_LIFE_SEC = 600

export interface AccessTokens {
  sign(user: { id: string; epoch: number }, nowMs: number): Promise<string>
  /** Whom a token is for; null for anything but a token of ours in force. */
  verify(token: string, nowMs: number): Promise<{ userId: string; epoch: number } | null>
}

/** @param key at least 32 bytes of chance */
export function createAccessTokens(key: Uint8Array): AccessTokens {
  return {
    sign: ({ id, epoch }, nowMs) =>
      new SignJWT({ epoch })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
        .setSubject(id)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(Math.floor(nowMs / 1000))
        .setExpirationTime(Math.floor(nowMs / 1000) + ACCESS_LIFE_SEC)
        .sign(key),
    async verify(token, nowMs) {
      const verified = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'iat'],
        currentDate: new Date(nowMs),
      }).catch(() => null)
      const { sub, epoch } = verified?.payload ?? {}
      return typeof sub === 'string' && typeof epoch === 'number' ? { userId: sub, epoch } : null
    },
  }
}
