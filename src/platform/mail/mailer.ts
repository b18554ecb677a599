/** Sends mail by SMTP (RFC 5321), over one connection that is kept while there is more to send. */
import { createTransport } from 'nodemailer'

export interface Mail {
  recipient: string
  subject: string
  /** Plain text. */
  text: string
}

/** `refused`: the server will not take it, now or later (5xx); `failed`: it may take it another time. */
export type MailOutcome = { outcome: 'sent' } | { outcome: 'refused' | 'failed'; message: string }

export interface Mailer {
  /** Never throws. `id` is its Message-ID, the same for each attempt, so that a reader can drop a second copy. */
  send(id: string, mail: Mail): Promise<MailOutcome>
  close(): void
}

const ANSWER_MS = 10_000

/** @param url `smtp://user:password@host:port`, or `smtps://` */
export function createMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 1,
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
  })
  const host = /@([^\s>]+)>?$/.exec(from)?.[1] ?? 'signalbox'
  return {
    async send(id, { recipient, subject, text }) {
      try {
        await transport.sendMail({ from, to: recipient, subject, text, messageId: `<${id}@${host}>` })
        return { outcome: 'sent' }
      } catch (error) {
        const { responseCode = 0, message } = error as { responseCode?: number; message: string }
        // A wrong login is 5xx too, and is put right by hand: only what is said of the mail itself is final.
        const isFinal = responseCode >= 550 && responseCode < 560
        return { outcome: isFinal ? 'refused' : 'failed', message: message.slice(0, 200) }
      }
    },
    close: () => transport.close(),
  }
}
