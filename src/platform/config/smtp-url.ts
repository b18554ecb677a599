/** How the mail server is reached. Pure. */
import type { Kind } from './kind.ts'
import { MASK, secret, type Secret } from './secret.ts'

/** `smtp://user:password@host:587` (STARTTLS where the server has it), or `smtps://` with TLS from the first byte. */
export const smtpAddress: Kind<Secret> = {
  expects: 'an address such as smtp://user:password@mail.example.com:587, or smtps://… with TLS',
  parse(text) {
    if (!/^smtps?:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined
    return new URL(text).hostname === '' ? undefined : secret(text)
  },
  show(value) {
    const url = new URL(value.reveal())
    if (url.password !== '') url.password = MASK
    return url.href
  },
  secret: true,
}

/** `signalbox@example.com`, or `Signalbox <signalbox@example.com>`. */
export const mailSender: Kind<string> = {
  expects: 'an address such as signalbox@example.com, or Signalbox <signalbox@example.com>',
  parse: (text) =>
    /^(?:[^<>\r\n]{1,80} <)?[^\s<>@]+@[^\s<>@]+\.?[^\s<>@]*>?$/.test(text) ? text : undefined,
  show: String,
  secret: false,
}
