/** Takes what looks like a secret out of a text that could not be read. Pure. */
import { maskText } from '../../../platform/runtime/index.ts'

const LENGTH_MAX = 16_384
/** A name with a secret's word in it, a separator, then a value in quotes or up to the next separator. */
const NAMED =
  /((?:[\w-]{0,20}(?:token|secret|passphrase|passwo?r?d|pwd|api[_-]?key)[\w-]{0,20}|\b(?:key|auth|authorization))\\{0,3}["'“”]?\s{0,8}[:=]\s{0,8})(\\{0,3}"(?:[^"\\]|\\[^])*"?|'[^']*'?|“[^”]*”?|[^\s,;&}|\]]+)/gi
const FIRST_OF_PIPES = /^\s*[^|\s{["][^|\s]{0,511}(?=\|[^|]*\|)/

/**
 * Best effort: the first 16 kB with the value after each secret-like word, and tokens of ours, replaced by
 * `***`.
 */
export function redactSecrets(text: string): string {
  const masked = text.slice(0, LENGTH_MAX).replace(NAMED, '$1***').replace(FIRST_OF_PIPES, '***')
  return maskText(masked)
}
