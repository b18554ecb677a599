/**
 * Takes secrets out of what is about to be logged: values named like one, and text that looks like one. Pure.
 */
import { pino } from 'pino'

export const MASK = '***'

const DEPTH_MAX = 8
const ITEMS_MAX = 200

/** Names of secrets, in lower case without `-` and `_`. */
const SECRET_NAMES = new Set([
  'accesstoken',
  'admintoken',
  'apikey',
  'apisecret',
  'auth',
  'authorization',
  'clientsecret',
  'cookie',
  'credentials',
  'key',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'proxyauthorization',
  'pwd',
  'refreshtoken',
  'sealkey',
  'secret',
  'secrets',
  'setcookie',
  'signingsecret',
  'token',
  'updatetoken',
  'webhooksecret',
  'webhooksignature',
  'xapikey',
])

const isSecretName = (name: string): boolean => SECRET_NAMES.has(name.replaceAll(/[-_]/g, '').toLowerCase())

/**
 * A copy in which every value with a secret's name is masked, whatever its depth; errors become plain
 * objects.
 */
export function withoutSecrets(object: Record<string, unknown>): Record<string, unknown> {
  return maskFields(object, 0)
}

function maskFields(object: object, depth: number): Record<string, unknown> {
  const masked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(object).slice(0, ITEMS_MAX)) {
    masked[name] = value !== undefined && isSecretName(name) ? MASK : maskValue(value, depth + 1)
  }
  return masked
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH_MAX) return '[too deep]'
  if (value instanceof Error) return maskFields(pino.stdSerializers.err(value), depth)
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => maskValue(item, depth + 1))
  // Dates, buffers and the objects of a server know themselves how they are written.
  return isPlain(value) ? maskFields(value, depth) : value
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Each keeps its first group. All stop at a quote or a backslash, so that a line of JSON stays one. */
const SECRET_TEXTS: readonly RegExp[] = [
  /\b(sbx_[a-z]{1,16}_)[0-9A-Za-z]{8,}/g,
  /\b(whsec_)[0-9A-Za-z+/=_-]{8,}/g,
  /\b((?:Bearer|Basic) )[^\s"\\,]{6,}/gi,
  /([?&;](?:key|token|auth|secret|api_?key|access_token|passphrase|password|passwd|pwd)=)[^&\s"\\]+/gi,
  /\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"\\]{0,128}:)[^\s@/"\\]+(?=@)/gi,
]

/** Text without what looks like a token, a signing secret or a password in an address. */
export function maskText(text: string): string {
  let masked = text
  for (const pattern of SECRET_TEXTS) masked = masked.replace(pattern, `$1${MASK}`)
  return masked
}
