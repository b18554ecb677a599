/** What is mailed, in words. Pure. */
import type { Mail } from '../../platform/mail/index.ts'

interface To {
  recipient: string
  name: string
}

const signed = ({ recipient, name }: To, subject: string, lines: string[]): Mail => ({
  recipient,
  subject: `Signalbox: ${subject}`,
  text: [`Hello ${name},`, '', ...lines, '', 'Signalbox'].join('\n'),
})

export const verificationMail = (to: To, link: string): Mail =>
  signed(to, 'is this your address?', [
    'somebody gave this address for a Signalbox account. If it was you, follow this link within a day:',
    link,
    '',
    'If it was not you, do nothing.',
  ])

export const resetMail = (to: To, link: string): Mail =>
  signed(to, 'a new password', [
    'somebody asked for a new password for your account. If it was you, follow this link within an hour:',
    link,
    '',
    'If it was not you, do nothing: your password stays as it is.',
  ])

export const invitationMail = (to: To, link: string): Mail =>
  signed(to, 'your invitation', ['you are invited to Signalbox. Choose a password within a week:', link])

/** Things that happen to an account and that its owner should hear of. */
export const EVENTS = {
  'change-password': 'Your password was changed. Every session and token has ended.',
  'second-factor-off': 'The second factor of your account was turned off.',
  'make-token': 'A new API token was made for your account.',
  'change-email': 'The address of your account was changed. This is the last mail to the old one.',
} as const
export type SecurityEvent = keyof typeof EVENTS

export const securityMail = (to: To, event: SecurityEvent, address: string): Mail =>
  signed(to, 'your account', [
    EVENTS[event],
    `It was done from ${address}.`,
    '',
    'If it was not you, tell your administrator at once.',
  ])
