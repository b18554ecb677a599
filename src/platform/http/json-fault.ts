/**
 * Says where a text stops being JSON and why, in words its sender can act on. Only runs once it is known to
 * be bad.
 */

export interface TextFault {
  /** Index into the text. */
  position: number
  /** With line and column. */
  message: string
  /** Without them. */
  what: string
  /** The field it is in, `a.b[2]`; null at the top. */
  path: string | null
}

interface Walk {
  text: string
  at: number
  path: (string | number)[]
  /** Where to stop and tell the path. */
  target: number
  fault: TextFault | null
}

const PATH_MAX = 200
const DEPTH_MAX = 200
const WORDS = ['true', 'false', 'null']
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/** Null when the text is JSON. */
export function findFault(text: string): TextFault | null {
  const walk: Walk = { text, at: 0, path: [], target: Infinity, fault: null }
  readValue(walk)
  if (walk.fault === null) {
    skipBlanks(walk)
    if (walk.at < text.length) fail(walk, 'there is more after the end of the JSON')
  }
  return walk.fault
}

/** The path of the field at a position of a text that is JSON at least up to there; null at the top. */
export function pathAt(text: string, position: number): string | null {
  const walk: Walk = { text, at: 0, path: [], target: position, fault: null }
  readValue(walk)
  return walk.fault === null ? null : walk.fault.path
}

/** A path as it may be shown: never longer than 200 characters. */
export const joinPath = (path: string): string =>
  path.length > PATH_MAX ? `${path.slice(0, PATH_MAX)}…` : path

function fail(walk: Walk, what: string): void {
  if (walk.fault !== null) return
  const before = walk.text.slice(0, walk.at)
  const line = before.split('\n').length
  const column = walk.at - before.lastIndexOf('\n')
  walk.fault = {
    position: walk.at,
    message: `no valid JSON: line ${line}, column ${column}: ${what}`,
    what,
    path: showPath(walk.path),
  }
}

function showPath(path: readonly (string | number)[]): string | null {
  if (path.length === 0) return null
  let shown = ''
  for (const part of path) {
    if (typeof part === 'number') shown += `[${part}]`
    else shown += shown === '' ? part : `.${part}`
  }
  return joinPath(shown.toWellFormed())
}

function skipBlanks(walk: Walk): void {
  while (walk.at < walk.text.length && ' \t\n\r'.includes(walk.text[walk.at]!)) walk.at++
}

/** Stops the walk at the target. */
function isThere(walk: Walk): boolean {
  if (walk.at >= walk.target) fail(walk, '')
  return walk.fault !== null
}

function readValue(walk: Walk): void {
  skipBlanks(walk)
  if (isThere(walk)) return
  const first = walk.text[walk.at]
  if (first === '{') readObject(walk)
  else if (first === '[') readArray(walk)
  else if (first === '"') readString(walk)
  else {
    const word = WORDS.find((word) => walk.text.startsWith(word, walk.at))
    if (word !== undefined) walk.at += word.length
    else if (!take(walk, NUMBER)) fail(walk, `expected a value, found ${describe(walk)}`)
  }
}

function take(walk: Walk, pattern: RegExp): string | null {
  pattern.lastIndex = walk.at
  const found = pattern.exec(walk.text)?.[0] ?? null
  if (found !== null) walk.at += found.length
  return found
}

function readString(walk: Walk): string {
  const literal = take(walk, STRING)
  if (literal !== null) return JSON.parse(literal) as string
  fail(
    walk,
    'a text in quotes that is not closed, or holds a line break or a wrong escape (write \\n, \\\\, \\")',
  )
  return ''
}

function readObject(walk: Walk): void {
  walk.at++
  for (let count = 0; walk.fault === null; count++) {
    skipBlanks(walk)
    if (count === 0 && walk.text[walk.at] === '}') break
    if (walk.text[walk.at] !== '"') return failAtKey(walk, count)
    const start = walk.at
    walk.path.push(readString(walk))
    if (walk.fault === null && start >= walk.target) walk.at = start
    skipBlanks(walk)
    if (isThere(walk)) return
    if (walk.text[walk.at] !== ':') return fail(walk, `expected ":" behind the name, found ${describe(walk)}`)
    walk.at++
    if (walk.path.length > DEPTH_MAX) return fail(walk, 'is nested too deep')
    readValue(walk)
    if (walk.fault !== null) return
    walk.path.pop()
    skipBlanks(walk)
    if (walk.text[walk.at] === '}') break
    if (walk.text[walk.at] !== ',') return fail(walk, `expected "," or "}", found ${describe(walk)}`)
    walk.at++
  }
  walk.at++
}

function failAtKey(walk: Walk, count: number): void {
  if (isThere(walk)) return
  if (count > 0 && walk.text[walk.at] === '}') fail(walk, 'a comma before "}"; take the comma out')
  else fail(walk, `expected a name in straight double quotes, found ${describe(walk)}`)
}

function readArray(walk: Walk): void {
  walk.at++
  for (let index = 0; walk.fault === null; index++) {
    skipBlanks(walk)
    if (walk.text[walk.at] === ']') {
      if (index > 0) return fail(walk, 'a comma before "]"; take the comma out')
      break
    }
    walk.path.push(index)
    if (walk.path.length > DEPTH_MAX) return fail(walk, 'is nested too deep')
    readValue(walk)
    if (walk.fault !== null) return
    walk.path.pop()
    skipBlanks(walk)
    if (walk.text[walk.at] === ']') break
    if (walk.text[walk.at] !== ',') return fail(walk, `expected "," or "]", found ${describe(walk)}`)
    walk.at++
  }
  walk.at++
}

function describe(walk: Walk): string {
  const found = walk.text.codePointAt(walk.at)
  if (found === undefined) return 'the end of the text'
  const character = String.fromCodePoint(found)
  if ('“”„«»‘’'.includes(character)) return `${character} (typographic quotes; use straight ones: ")`
  if (character === "'") return "' (use double quotes)"
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character)
    ? `"${character}"`
    : `the character U+${found.toString(16).toUpperCase().padStart(4, '0')}`
}
