/** A real mail server for tests: it takes every mail, or says what a test tells it to. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Letter {
  to: string
  subject: string
  text: string
  messageId: string
}

export interface MailServer {
  url: string
  port: number
  letters: Letter[]
  /** Why it takes nothing; null: it takes all. */
  refuse: { code: number; message: string } | null
  close(): Promise<void>
}

export async function openMailServer(port = 0): Promise<MailServer> {
  const mail: MailServer = { url: '', port: 0, letters: [], refuse: null, close: async () => {} }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (mail.refuse !== null) {
          const { code, message } = mail.refuse
          return done(Object.assign(new Error(message), { responseCode: code }))
        }
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        mail.letters.push({ to, ...readLetter(Buffer.concat(chunks).toString()) })
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  mail.port = (server.server.address() as AddressInfo).port
  mail.url = `smtp://127.0.0.1:${mail.port}`
  mail.close = () => new Promise((resolve) => server.close(resolve))
  return mail
}

/** Headers and a body in quoted-printable or plain (RFC 5322, RFC 2045). */
function readLetter(source: string): Omit<Letter, 'to'> {
  const end = source.indexOf('\r\n\r\n')
  const headers = source.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1]?.trim() ?? ''
  const body = source.slice(end + 4)
  const text =
    header('content-transfer-encoding') === 'quoted-printable'
      ? body
          .replaceAll(/=\r\n/g, '')
          .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
      : body
  return { subject: header('subject'), messageId: header('message-id'), text }
}
