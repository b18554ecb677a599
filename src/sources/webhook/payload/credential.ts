/** Takes credentials out of payloads before anything else looks at them. Pure. */
import { maskText } from '../../../platform/runtime/index.ts'
import { foldName, groupPrefix } from './names.ts'

/** Folded names of fields that are secrets wherever they stand. */
const SECRET_NAMES = new Set([
  'secret',
  'passphrase',
  'password',
  'passwd',
  'pwd',
  'apikey',
  'apisecret',
  'accesstoken',
  'authtoken',
  'emailtoken',
  'webhooksecret',
  'webhookkey',
  'webhooktoken',
  'botsecret',
  'secretkey',
  'seckey',
])
/** Secrets at the top of a body or in a group of it; deeper, the words are too common. */
const SECRET_NAMES_ABOVE = new Set(['key', 'token', 'auth', 'authorization'])

const DEPTH_MAX = 32
const CANDIDATES_MAX = 8
const CANDIDATE_LENGTH_MAX = 512
/** Shorter ones could stand in a text by chance, so they are only removed as fields. */
const REPLACED_LENGTH_MIN = 8
const MASK = '***'
const TOKEN = /sbx_[a-z]{1,16}_[0-9A-Za-z]{36}/g

/** Whether a field of this name is a secret; `isAbove`: at the top of a body or in a group. */
export function isSecretName(name: string, isAbove: boolean): boolean {
  const folded = name.length > 40 ? '' : foldName(name)
  return SECRET_NAMES.has(folded) || (isAbove && SECRET_NAMES_ABOVE.has(folded))
}

export interface Stripped {
  value: Record<string, unknown>
  /** What the secret fields held, to be tried as keys; none when the body held none. */
  credentials: string[]
  /** The value as JSON, or the text it was read from where nothing had to go. */
  body: string
}

/** A body without its secret fields, and without their values where those stand a second time. */
export function stripCredentials(value: Record<string, unknown>, text: string): Stripped {
  const hasToken = text.includes('sbx_')
  if (!hasToken && !holdsSecret(value, true, 0)) return { value, credentials: [], body: text }
  const credentials: string[] = []
  const copy = withoutSecrets(value, true, 0, credentials)
  const clean = withoutValues(copy, credentials) as Record<string, unknown>
  return { value: clean, credentials, body: JSON.stringify(clean) }
}

function holdsSecret(value: object, isAbove: boolean, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (Array.isArray(value)) return value.some((item) => isObject(item) && holdsSecret(item, false, depth + 1))
  for (const key in value) {
    if (isSecretName(key, isAbove)) return true
    const child = (value as Record<string, unknown>)[key]
    if (isObject(child) && holdsSecret(child, isAbove && groupPrefix(key) !== undefined, depth + 1))
      return true
  }
  return false
}

function withoutSecrets(value: unknown, isAbove: boolean, depth: number, found: string[]): unknown {
  if (!isObject(value)) return value
  if (depth > DEPTH_MAX) return null
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, false, depth + 1, found))
  const copy: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(value)) {
    if (isSecretName(key, isAbove)) noteCredential(child, found)
    else copy[key] = withoutSecrets(child, isAbove && groupPrefix(key) !== undefined, depth + 1, found)
  }
  return copy
}

/** The same value with each credential in its texts and names replaced. */
function withoutValues(value: unknown, credentials: readonly string[]): unknown {
  if (typeof value === 'string') return withoutTexts(value, credentials)
  if (typeof value === 'number') return credentials.includes(String(value)) ? MASK : value
  if (!isObject(value)) return value
  if (Array.isArray(value)) return value.map((item) => withoutValues(item, credentials))
  const clean: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(value)) {
    clean[withoutTexts(key, credentials)] = withoutValues(child, credentials)
  }
  return clean
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Adds a value to the candidates, if it can be one. */
export function noteCredential(value: unknown, found: string[]): void {
  const text = typeof value === 'number' ? String(value) : value
  const isCandidate = typeof text === 'string' && text !== '' && text.length <= CANDIDATE_LENGTH_MAX
  if (isCandidate && found.length < CANDIDATES_MAX && !found.includes(text)) found.push(text)
}

/** The tokens of ours that stand anywhere in a text. */
export const tokensIn = (text: string): string[] =>
  text.includes('sbx_') ? (text.match(TOKEN) ?? []).slice(0, CANDIDATES_MAX) : []

/** A text in which no credential stands any more. */
export function withoutTexts(text: string, credentials: readonly string[]): string {
  let clean = text
  for (const credential of credentials) {
    if (credential.length >= REPLACED_LENGTH_MIN) clean = clean.replaceAll(credential, MASK)
  }
  return clean.includes('sbx_') || clean.includes('whsec_') ? maskText(clean) : clean
}
