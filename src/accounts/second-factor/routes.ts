/** HTTP of one's second factor: begin, confirm, remove. */
import { z } from 'zod'
import { problem, type ZodApp } from '../../platform/http/index.ts'
import { nowMs } from '../../platform/runtime/index.ts'
import { callerInPerson, note, tellOwner, type AccountPorts } from '../account-ports.ts'
import { password } from '../contract.ts'
import { verifyPassword } from '../users/password.ts'
import { beginTotp, confirmTotp, removeTotp } from './store.ts'
import { hashRecoveryCode, makeRecoveryCodes, makeTotpSecret, totpAddress } from './totp.ts'

const tags = ['account']
const path = '/api/v1/me/second-factor'

export async function secondFactorRoutes(app: ZodApp, ports: AccountPorts): Promise<void> {
  const { db, sealer, guard } = ports
  app.post(
    path,
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Begin: a secret for the authenticator app',
        operationId: 'beginSecondFactor',
        response: {
          200: z.object({ secret: z.string(), address: z.string().describe('otpauth://, for a QR code') }),
        },
      },
    },
    async (request) => {
      const { user } = await callerInPerson(ports, request)
      const secret = makeTotpSecret()
      if (!(await beginTotp(db, sealer, user.id, secret)))
        throw problem(409, 'already-on', 'A second factor is in force already. Remove it first.')
      return { secret, address: totpAddress(secret, user.email) }
    },
  )
  app.post(
    `${path}/confirm`,
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Put it in force with a code; the recovery codes are in this answer and nowhere else',
        operationId: 'confirmSecondFactor',
        body: z.strictObject({ code: z.string().max(10) }),
        response: { 200: z.object({ recovery_codes: z.array(z.string()) }) },
      },
    },
    async (request) => {
      const { user } = await callerInPerson(ports, request)
      const codes = makeRecoveryCodes()
      const confirmed = await confirmTotp(db, sealer, {
        userId: user.id,
        code: request.body.code,
        recoveryHashes: codes.map(hashRecoveryCode),
        nowMs: nowMs(),
      })
      if (!confirmed)
        throw problem(400, 'wrong-code', 'The code is not right. Is the clock of your phone?', {
          field: 'code',
        })
      await note(ports, request, { action: 'second-factor-on', subject: `user:${user.id}` })
      return { recovery_codes: codes }
    },
  )
  removeRoute(app, ports)
}

function removeRoute(app: ZodApp, ports: AccountPorts): void {
  const { db, guard } = ports
  app.delete(
    path,
    {
      onRequest: guard.own,
      schema: {
        tags,
        summary: 'Remove it; takes the password',
        operationId: 'removeSecondFactor',
        body: z.strictObject({ password }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { user } = await callerInPerson(ports, request)
      if (!(await verifyPassword(user.passwordHash, request.body.password)))
        throw problem(403, 'wrong-password', 'The password is not right.', { field: 'password' })
      await removeTotp(db, user.id)
      await note(ports, request, { action: 'second-factor-off', subject: `user:${user.id}` })
      await tellOwner(ports, request, user, 'second-factor-off')
      return reply.code(204).send(null)
    },
  )
}
