/**
 * Takes the text of a batch apart into the texts of its items, so that one bad item is refused alone. Pure.
 */

export type ItemTexts = { ok: true; items: string[] } | { ok: false; reason: 'too-many' | 'not-an-array' }

/** The lines of NDJSON that are not blank, at most `max`. */
export function splitLines(text: string, max: number): ItemTexts {
  const items: string[] = []
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end === -1 ? text.length : end).trim()
    if (line !== '') items.push(line)
    if (items.length > max) return { ok: false, reason: 'too-many' }
    if (end === -1) break
    from = end + 1
  }
  return { ok: true, items }
}

/**
 * The texts between the brackets and commas of a JSON array, at most `max`. The items themselves may still
 * be no JSON; if each is, the whole was.
 */
export function splitArray(text: string, max: number): ItemTexts {
  const end = text.trimEnd().length - 1
  const start = text.length - text.trimStart().length
  if (text[start] !== '[' || text[end] !== ']' || end === start) return { ok: false, reason: 'not-an-array' }
  if (text.slice(start + 1, end).trim() === '') return { ok: true, items: [] }
  const items: string[] = []
  let depth = 0
  let from = start + 1
  for (let i = start + 1; i < end; i++) {
    const character = text[i]
    if (character === '"') i = endOfString(text, i)
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === ',' && depth === 0) {
      items.push(text.slice(from, i).trim())
      from = i + 1
    }
    if (depth < 0) return { ok: false, reason: 'not-an-array' }
    if (items.length >= max) return { ok: false, reason: 'too-many' }
  }
  items.push(text.slice(from, end).trim())
  return depth === 0 ? { ok: true, items } : { ok: false, reason: 'not-an-array' }
}

/** The index of the closing quote. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return text.length
}
