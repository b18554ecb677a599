/** Settings of mail; without a server nothing is mailed, and links are handed over by an administrator. */
import { optional } from '../setting.ts'
import { mailSender, smtpAddress } from '../smtp-url.ts'

export const mailSettings = {
  SMTP_URL: optional(smtpAddress, {
    doc: 'Mail server for links to verify an address or to set a new password, and for notes on security.',
    defaultShown: 'none: no mail',
  }),
  MAIL_FROM: optional(mailSender, { doc: 'Sender of mails. Needed with SMTP_URL.' }),
} as const
