/** Sends the mails that wait: each by one process, again after growing pauses, and for a day at most. */
import type { Database } from '../../platform/db/index.ts'
import type { Mailer } from '../../platform/mail/index.ts'
import {
  every,
  random,
  retryDelayMs,
  type Logger,
  type Metrics,
  type Sealer,
} from '../../platform/runtime/index.ts'
import { claimMails, dropMail, dropOldMails, putOffMail } from './store.ts'

const LOOK_MS = 1_000
const AT_ONCE = 5
/** Longer than sending these can take: a mail that is being sent is not sent by another process. */
const HOLD_MS = 120_000
const RETRY_MS = { baseMs: 5_000, capMs: 600_000 }
const GIVE_UP_MS = 86_400_000

export interface MailPorts {
  db: Database
  sealer: Sealer
  mailer: Mailer
  log: Logger
  metrics: Metrics
}

export function startMailing({ db, sealer, mailer, log, metrics }: MailPorts): { stop(): Promise<void> } {
  const sent = metrics.counter({
    name: 'mails_total',
    help: 'Mails, by what became of them.',
    labels: ['outcome'],
  })
  const stop = every(
    LOOK_MS,
    async () => {
      for (const mail of await claimMails(db, sealer, { most: AT_ONCE, holdMs: HOLD_MS })) {
        const result = await mailer.send(mail.id, mail)
        sent.inc({ outcome: result.outcome })
        if (result.outcome === 'failed') {
          log.warn({ mail: mail.id, attempts: mail.attempts }, `a mail could not be sent: ${result.message}`)
          await putOffMail(
            db,
            mail.id,
            retryDelayMs({ attempt: mail.attempts, ...RETRY_MS, chance: random() }),
          )
        } else {
          if (result.outcome === 'refused')
            log.error({ mail: mail.id }, `a mail was refused: ${result.message}`)
          await dropMail(db, mail.id)
        }
      }
      const dropped = await dropOldMails(db, GIVE_UP_MS)
      if (dropped > 0) sent.inc({ outcome: 'given-up' }, dropped)
    },
    (error) => log.warn({ err: error }, 'mails could not be looked after'),
  )
  return {
    async stop() {
      await stop()
      mailer.close()
    },
  }
}
