/** Understands the words that say which way a signal goes, alone and together. Pure. */
import type { Side } from '../../../signals/index.ts'

/** What one field says: an order, opening or closing, or the way a position lies. */
export interface SideWord {
  trade?: Side
  verb?: 'enter' | 'exit'
  direction?: 'long' | 'short' | 'flat'
}

const BUY: SideWord = { trade: 'buy' }
const SELL: SideWord = { trade: 'sell' }
const ENTER: SideWord = { verb: 'enter' }
const EXIT: SideWord = { verb: 'exit' }
const LONG: SideWord = { direction: 'long' }
const SHORT: SideWord = { direction: 'short' }
const FLAT: SideWord = { direction: 'flat' }
const COVER: SideWord = { verb: 'exit', direction: 'short' }
/** Says nothing by itself. */
const FILLER: SideWord = {}

const WORDS = new Map<string, SideWord>([
  ...['buy', 'BUY'].map((word) => [word, BUY] as const),
  ...['sell', 'SELL'].map((word) => [word, SELL] as const),
  ...['enter', 'entry', 'add', 'open'].map((word) => [word, ENTER] as const),
  ...['exit', 'close', 'closed', 'liquidate'].map((word) => [word, EXIT] as const),
  ...['long', 'bullish', 'bull', 'uptrend'].map((word) => [word, LONG] as const),
  ...['short', 'bearish', 'bear', 'downtrend'].map((word) => [word, SHORT] as const),
  ...['flat', 'neutral'].map((word) => [word, FLAT] as const),
  ['cover', COVER],
  ...['signal', 'position', 'order', 'strong'].map((word) => [word, FILLER] as const),
])

/** Whole phrases whose words alone would say something else. */
const PHRASES = new Map<string, SideWord>([
  ['buy to cover', BUY],
  ['buy to close', BUY],
  ['buy to open', BUY],
  ['sell to open', SELL],
  ['sell to close', SELL],
  ['sell short', SELL],
  ['short sell', SELL],
  ['short cover', COVER],
])

/** Words of senders that ask for, or tell of, something that is neither a buy nor a sell. */
const UNSUPPORTED = new Set(
  (
    'cancel,cancelall,cancelorder,cancelorders,modify,hold,wait,none,ignore,test,ping,heartbeat,status,start,stop,' +
    'enable,disable,pause,resume,reverse,authenticate,subscribe,unsubscribe,subscribeorders,unsubscribeorders,' +
    'orderupdate,entryfill,exitfill,entrycancel,exitcancel'
  ).split(','),
)

/**
 * What a text says of a side: `BUY`, `enter_long`, `Close Long`, `buy to cover`; undefined when it is none.
 */
export function readSideWord(text: string): SideWord | undefined {
  const quick = WORDS.get(text)
  if (quick !== undefined) return quick === FILLER ? undefined : quick
  if (text.length > 40) return undefined
  const words = text
    .trim()
    .toLowerCase()
    .split(/[\s_-]+/)
  const phrase = PHRASES.get(words.join(' '))
  if (phrase !== undefined) return phrase
  const known = words.map((word) => WORDS.get(word))
  if (known.includes(undefined)) return undefined
  const all = combine(known as SideWord[])
  return all === 'conflict' || isEmpty(all) ? undefined : all
}

/** Whether the word means something we know and do not do. */
export const isUnsupported = (text: string): boolean =>
  text.length <= 40 && UNSUPPORTED.has(text.toLowerCase().replaceAll(/[\s_-]/g, ''))

const isEmpty = (word: SideWord): boolean =>
  word.trade === undefined && word.verb === undefined && word.direction === undefined

function combine(words: readonly SideWord[]): SideWord | 'conflict' {
  const all: SideWord = {}
  for (const { trade, verb, direction } of words) {
    if (trade !== undefined && all.trade !== undefined && trade !== all.trade) return 'conflict'
    if (verb !== undefined && all.verb !== undefined && verb !== all.verb) return 'conflict'
    if (direction !== undefined && all.direction !== undefined && direction !== all.direction)
      return 'conflict'
    if (trade !== undefined) all.trade = trade
    if (verb !== undefined) all.verb = verb
    if (direction !== undefined) all.direction = direction
  }
  return all
}

/** What the sender says of the position: after the trade, and before it. */
export interface PositionWords {
  after?: SideWord | undefined
  before?: SideWord | undefined
}

/**
 * The side that all words together mean. An exit sells, unless what is closed is a short; a conflict is
 * answered as such, and nothing at all as undefined.
 */
export function decideSide(
  words: readonly SideWord[],
  { after, before }: PositionWords = {},
): Side | 'conflict' | undefined {
  const all = combine(words)
  if (all === 'conflict') return 'conflict'
  const { trade, verb, direction } = all
  if (verb === 'exit' || direction === 'flat') return sideOfExit(all, after, before)
  if (trade !== undefined) {
    const entered = verb === 'enter' && direction !== undefined ? sideOf(direction) : trade
    return entered === trade ? trade : 'conflict'
  }
  if (direction !== undefined) return sideOf(direction)
  if (verb === 'enter') return after?.direction === 'short' ? 'sell' : 'buy'
  if (after?.direction === undefined) return undefined
  return after.direction === 'flat' ? closing(before) : sideOf(after.direction)
}

function sideOfExit(all: SideWord, after?: SideWord, before?: SideWord): Side | 'conflict' {
  const closed = all.direction === 'long' || all.direction === 'short' ? all : before
  const side = closing(closed)
  if (all.trade === undefined || all.trade === side) return side
  const isPlainFlat = all.verb === undefined || after?.direction === 'flat'
  return isPlainFlat && closed?.direction === undefined ? all.trade : 'conflict'
}

const sideOf = (direction: 'long' | 'short' | 'flat'): Side => (direction === 'long' ? 'buy' : 'sell')

const closing = (closed: SideWord | undefined): Side => (closed?.direction === 'short' ? 'buy' : 'sell')
