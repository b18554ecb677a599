/** Takes credentials out of plain text alerts. Pure. */
import { isSecretName, noteCredential, tokensIn, withoutTexts } from './credential.ts'
import { readSideWord } from './side.ts'

export interface TextWithoutSecrets {
  text: string
  credentials: string[]
  /** Whether it was `key|strategy|action|ticker`; the key is gone. */
  isKeyed: boolean
}

const PAIR = /([A-Za-z][\w-]{0,39})(\s{0,3}[=:]\s{0,3})([^\s,;|]{1,512})/g

/**
 * Credentials are `key=...` and the like, tokens of ours anywhere, and the first field of
 * `key|strategy|action|ticker`.
 */
export function withoutTextSecrets(text: string): TextWithoutSecrets {
  const credentials = tokensIn(text)
  const plain = text.replace(PAIR, (pair, name: string, _separator: string, value: string) => {
    if (!isSecretName(name, true)) return pair
    noteCredential(value, credentials)
    return ''
  })
  const isKeyed = beginsWithKey(plain)
  if (isKeyed) noteCredential(plain.slice(0, plain.indexOf('|')).trim(), credentials)
  const rest = isKeyed ? plain.slice(plain.indexOf('|') + 1) : plain
  return { text: withoutTexts(rest, credentials), credentials, isKeyed }
}

/** Four fields or more between pipes, with no side in the first two. */
function beginsWithKey(text: string): boolean {
  const fields = text.split('|', 4).map((field) => field.trim())
  return fields.length === 4 && fields.slice(0, 2).every((field) => readSideWord(field) === undefined)
}
