/** Reads form-encoded bodies, such as freqtrade sends by default. Pure. */
import { isSecretName, noteCredential, withoutTexts, type Stripped } from './credential.ts'
import { refuse, type Refusal } from './refusal.ts'

const FORM = /^[\w.[\]%+-]{1,100}=\S*$/
const KEYS_MAX = 1_000
const TEXT_MAX = 2_048
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a text can be a form, whatever its content type: names and values without a blank. */
export const looksLikeForm = (text: string): boolean => FORM.test(text)

/** The form as an object without its secret fields. */
export function readForm(text: string): Stripped | Refusal {
  const value: Record<string, unknown> = {}
  const kept = new URLSearchParams()
  const credentials: string[] = []
  for (const [name, content] of new URLSearchParams(text)) {
    const fault = faultOf(value, name, content)
    if (fault !== null) return fault
    if (isSecretName(name, true)) noteCredential(content, credentials)
    else {
      value[name] = content
      kept.append(name, content)
    }
  }
  const body = credentials.length === 0 ? text : kept.toString()
  return { value, credentials, body: withoutTexts(body, credentials) }
}

function faultOf(value: Record<string, unknown>, name: string, content: string): Refusal | null {
  if (FORBIDDEN.has(name)) return refuse('forbidden-key', name, `"${name}" is a name that no field may have`)
  if (Object.hasOwn(value, name)) {
    return refuse('duplicate-key', name, `"${name}" stands twice in the form: which one is meant?`)
  }
  if (content.length > TEXT_MAX || name.length > TEXT_MAX) {
    return refuse('string-too-long', name.slice(0, 100), `a field has more than ${TEXT_MAX} characters`)
  }
  if (content.includes('\0')) return refuse('unreadable-text', name, `"${name}" holds the character NUL`)
  if (Object.keys(value).length >= KEYS_MAX) {
    return refuse('too-many-keys', null, `the form has more than ${KEYS_MAX} fields`)
  }
  return null
}
