/** Settings of the process: where it listens, what it runs, what it keeps and what it says. */
import { LOG_LEVELS } from '../../runtime/index.ts'
import { decimalNumber, line, oneOf, secretBytes, someOf, token, wholeNumber } from '../kind.ts'
import { host, networks, webAddress } from '../network.ts'
import { given, optional } from '../setting.ts'

export const ROLES = ['gateway', 'deliverer'] as const
export type Role = (typeof ROLES)[number]

export const serverSettings = {
  HOST: given(host, '127.0.0.1', {
    doc: 'Address the gateway listens on. 0.0.0.0 is every address of this machine.',
  }),
  PORT: given(wholeNumber(0, 65_535), 8_080, {
    doc: 'Port the gateway listens on; 0 takes any free one.',
    aliases: ['SERVER_PORT'],
  }),
  PUBLIC_URL: optional(webAddress, {
    doc: 'How senders reach this machine from outside, as the web app shows it in addresses to copy.',
    defaultShown: 'http://HOST:PORT',
  }),
  ROLES: given(someOf(ROLES), ROLES, {
    doc: 'Which roles this process runs. Anything but all needs DATABASE_URL.',
  }),
  DATA_DIR: given(line, './data', {
    doc: 'Folder of the embedded database and of generated secrets. Back it up.',
  }),
  DEMO: given(oneOf(['auto', 'on', 'off'], { true: 'on', false: 'off' }), 'auto', {
    doc: 'Simulated market, senders and inbox. auto is on while neither DEST_WEBHOOK_URL nor FINVIZ_URL is set.',
  }),
  SHUTDOWN_TIMEOUT_SEC: given(decimalNumber(0, 300), 10, {
    doc: 'How long a stop waits for requests and deliveries in flight.',
  }),
  MIN_FREE_DISK_MB: given(wholeNumber(0, 1_000_000), 200, {
    doc: 'With less free space in DATA_DIR than this, intake answers 503; deliveries go on.',
  }),
} as const

export const safetySettings = {
  WEBHOOK_AUTH: given(oneOf(['required', 'off']), 'required', {
    doc: 'Whether senders need a key. off only while HOST is a loopback address.',
  }),
  ADMIN_TOKEN: optional(token, {
    doc: 'Bearer token of the web app and the management API, 16 characters or more.',
    defaultShown: 'generated, sealed in DATA_DIR',
  }),
  SESSION_TIMEOUT_MINUTES: given(wholeNumber(1, 43_200), 30, {
    doc: 'A session of the web app that is not used for so long is over.',
  }),
  MAX_LOGIN_ATTEMPTS: given(wholeNumber(1, 100), 3, {
    doc: 'Wrong passwords in a row that cost no wait; then the wait grows, up to 15 minutes, and is never for good.',
  }),
  REGISTRATION: given(oneOf(['invitation', 'open', 'closed']), 'invitation', {
    doc: 'Who may make an account: those an administrator invites, anybody, or nobody.',
  }),
  JWT_SECRET_KEY: optional(
    secretBytes('32 bytes or more in base64 (make them with: openssl rand -base64 32)', 32, 64),
    {
      doc: 'Key that signs access tokens (JWT), 32 bytes or more in base64. Set the same on every gateway.',
      defaultShown: 'generated, sealed in DATA_DIR',
    },
  ),
  SEAL_KEY: optional(secretBytes('32 bytes in base64 (make them with: openssl rand -base64 32)', 32, 32), {
    doc: 'Key that seals stored secrets, 32 bytes in base64. Set the same on every host that shares a database.',
    defaultShown: 'generated in DATA_DIR/seal.key',
  }),
  EGRESS_ALLOW: given(networks, [], {
    doc: 'Private networks that addresses set over the API may reach, as CIDRs; all others are refused.',
  }),
  TRUSTED_PROXIES: given(networks, [], {
    doc: 'Proxies whose forwarded-for header is believed, as CIDRs.',
  }),
} as const

export const logSettings = {
  LOG_LEVEL: given(oneOf(LOG_LEVELS, { warning: 'warn', critical: 'fatal' }), 'info', {
    doc: `Least level that is logged: ${LOG_LEVELS.join(', ')}.`,
  }),
  LOG_FORMAT: given(oneOf(['auto', 'pretty', 'json']), 'auto', {
    doc: 'pretty, json, or auto: pretty on a terminal, json elsewhere.',
  }),
} as const
