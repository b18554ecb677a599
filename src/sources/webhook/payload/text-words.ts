/** Sorts the words of a text alert: sides, possible tickers, an interval, a price, named values. Pure. */
import { meaningOf } from './names.ts'
import { isRefusal } from './refusal.ts'
import { readSideWord, type SideWord } from './side.ts'
import { readTicker } from './ticker.ts'

export interface TextWords {
  first: string
  sides: SideWord[]
  /** Words that could be tickers, each once, in capitals; more than one is one too many. */
  tickers: string[]
  interval?: string
  price?: string
  /** `name=value`; short names of text alerts are written out. */
  named: Record<string, string>
}

const WORDS_MAX = 100
const INTERVAL = /^\d{1,4}(?:[smhdwSMHDW]|min|mo)$/
const NUMBER = /^[+-]?[$€£₹]?\d[\d.]{0,39}%?$/
const NAMED = /^([A-Za-z_][\w-]{0,39})=(.{1,300})$/
const NAMED_BY_COLON = /^([A-Za-z_][\w-]{0,39}):(.{0,300})$/
const SIGNS_AROUND = /^["'([#]{1,4}|["')\].:]{1,4}$/g
/** Words between the others that say nothing. */
const FILLERS = new Set(
  'SIGNAL ALERT ORDER POSITION STRONG MARKET ON AT FOR OF THE TO CROSSING GREATER LESS THAN PRICE'.split(' '),
)
/** Names in text that mean something else in JSON. */
const TEXT_NAMES: Readonly<Record<string, string>> = {
  q: 'quantity',
  vol: 'quantity',
  volume: 'quantity',
  p: 'price',
}

export function readWords(text: string): TextWords {
  const parts = text.split(/[\s,;|]+/, WORDS_MAX).filter((part) => part !== '')
  const words: TextWords = { first: parts[0] ?? '', sides: [], tickers: [], named: {} }
  for (let i = 0; i < parts.length;) i += takeWord(words, parts, i)
  return words
}

/** Sorts the word at `i`; answers how many words it took. */
function takeWord(words: TextWords, parts: readonly string[], i: number): number {
  const part = parts[i]!
  if (part === '@') {
    words.price = parts[i + 1] ?? ''
    return 2
  }
  for (let count = Math.min(3, parts.length - i); count >= 1; count--) {
    const side = readSideWord(
      parts
        .slice(i, i + count)
        .map(bare)
        .join(' '),
    )
    if (side !== undefined) {
      words.sides.push(side)
      return count
    }
  }
  const named = NAMED.exec(part) ?? nameByColon(part)
  if (named !== null) return takeNamed(words, named[1]!, named[2]!, parts[i + 1])
  takeSingle(words, part)
  return 1
}

/** `price:150`, and not `NASDAQ:AAPL`. */
function nameByColon(part: string): RegExpExecArray | null {
  const named = NAMED_BY_COLON.exec(part)
  return named !== null && meaningOf(longName(named[1]!)) !== undefined ? named : null
}

const longName = (name: string): string => TEXT_NAMES[name.toLowerCase()] ?? name

function takeNamed(words: TextWords, name: string, value: string, next: string | undefined): number {
  const isBehind = value === ''
  const told = isBehind ? (next ?? '') : value
  if (name !== '__proto__') words.named[longName(name)] = told
  return isBehind ? 2 : 1
}

function takeSingle(words: TextWords, part: string): void {
  const word = bare(part)
  const upper = word.toUpperCase()
  if (word.startsWith('@')) words.price = word.slice(1)
  else if (INTERVAL.test(word)) words.interval ??= word
  else if (NUMBER.test(word) || FILLERS.has(upper) || !/[\p{L}\p{N}]/u.test(word)) return
  else {
    const isTicker = !isRefusal(readTicker(word, 'body'))
    // A word that cannot be a ticker stays in the list, so that it is told and not passed over.
    const ticker = isTicker ? upper : word
    if (!words.tickers.includes(ticker)) words.tickers.push(ticker)
  }
}

const bare = (part: string): string => part.replaceAll(SIGNS_AROUND, '').replace(/^\$(?=[A-Za-z])/, '')
