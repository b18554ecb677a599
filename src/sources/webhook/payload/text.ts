/**
 * Reads alerts written as plain text: a side, one ticker, and perhaps more. Strict: a word too many is a
 * refusal. Pure.
 */
import { collect, keep, noFields, type Fields } from './fields.ts'
import { findPlaceholder, refusePlaceholder } from './placeholder.ts'
import { refuse, show, type Refusal } from './refusal.ts'
import type { ReadContext } from './request.ts'
import { decideSide, isUnsupported, readSideWord } from './side.ts'
import { readWords, type TextWords } from './text-words.ts'

/** The caller has to refuse longer ones. */
export const TEXT_MAX = 2_048
const FORMS =
  '"BUY AAPL", "long BTCUSDT q=0.1", "BUY, EURUSD, VOL=0.1", "AAPL, 1D - Sell Signal" or key|strategy|action|ticker'
const STRATEGY_ORDER =
  /\border (buy|sell) @ ([\d.,]{1,40}) filled on (\S{1,60})\. New strategy position is (-?[\d.]{1,40})/i
const LINE = /^\s{0,20}["']?([A-Za-z][\w .-]{0,39}?)["']?\s{0,5}[:=]\s{0,5}(\S.{0,500}?)\s{0,20}$/

export interface TextAlert {
  /** Free of credentials. */
  text: string
  /** Whether it was `key|strategy|action|ticker`. */
  isKeyed: boolean
}

/** The fields of an alert; `field` names it in refusals. */
export function readText(alert: TextAlert, field: string, context: ReadContext): Fields | Refusal {
  const { text, isKeyed } = alert
  const placeholder = findPlaceholder(text.trim())
  if (placeholder !== null) return refusePlaceholder(placeholder, field)
  if (isKeyed) return readPipes(text, field)
  return readStrategyOrder(text) ?? readLines(text) ?? readSentence(text, field, context)
}

/** TradingView's own text for strategies: `... order buy @ 1 filled on AAPL. New strategy position is 1`. */
function readStrategyOrder(text: string): Fields | undefined {
  const parts = STRATEGY_ORDER.exec(text)
  if (parts === null) return undefined
  const [, side, contracts, ticker, position] = parts
  const fields = noFields()
  const name = text
    .slice(0, parts.index)
    .replace(/[\s:]{1,8}$/, '')
    .trim()
  collect(fields, { side, contracts, ticker, ...(name !== '' && { strategy: name }) })
  keep(fields, 'position_size', position!.replace(/\.$/, ''))
  return fields
}

/** Two lines or more of `name: value`. */
function readLines(text: string): Fields | undefined {
  if (!text.includes('\n')) return undefined
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const object: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value] = LINE.exec(line) ?? []
    if (name === undefined || value === undefined || Object.hasOwn(object, name) || name === 'constructor')
      return undefined
    object[name] = value
  }
  if (lines.length < 2) return undefined
  const fields = noFields()
  collect(fields, object)
  return fields.ticker === undefined || fields.side.length === 0 ? undefined : fields
}

/** `strategy|action|ticker`: the key before them is gone already. */
function readPipes(text: string, field: string): Fields | Refusal {
  const [strategy, action = '', ticker = '', ...more] = text.split('|').map((part) => part.trim())
  if (isUnsupported(action)) return refuseAction(action, field)
  if (readSideWord(action) === undefined) {
    const message = `${show(action)} is no side; the text is read as key|strategy|action|ticker`
    return refuse('unknown-side', field, message)
  }
  const fields = noFields()
  collect(fields, readWords(more.join(' ')).named)
  if (strategy !== '') fields.strategy = { value: strategy, path: field, rank: 0 }
  fields.ticker = { value: ticker === '' ? undefined : ticker, path: field, rank: 0 }
  fields.side = [{ value: action, path: field, rank: 0 }]
  return fields
}

function refuseAction(action: string, field: string): Refusal {
  return refuse(
    'unsupported-action',
    field,
    `${show(action)} is neither a buy nor a sell; only these are taken`,
  )
}

/** Any order of a side, one ticker, an interval, numbers and `name=value`. */
function readSentence(text: string, field: string, context: ReadContext): Fields | Refusal {
  const words = readWords(text)
  const fields = noFields()
  collect(fields, words.named)
  const asked = context.query
  const ticker = fields.ticker?.value ?? asked?.['ticker'] ?? asked?.['symbol'] ?? only(words.tickers)
  const side = fields.side.length > 0 ? undefined : decideSide(words.sides)
  if (side === 'conflict') return refuse('conflicting-side', field, `${show(text)} names both sides; say one`)
  const isSaid = side !== undefined || fields.side.length > 0 || asked?.['side'] || asked?.['action']
  const isToldElsewhere =
    context.defaults?.side !== undefined || context.fieldMap?.constants?.side !== undefined
  if (!isSaid && !isToldElsewhere) return refuseSilent(text, field, words)
  if (ticker === undefined) return refuseTickers(text, field, words)
  fields.ticker ??= { value: ticker, path: field, rank: 0 }
  const isOverruled = asked?.['side'] !== undefined || asked?.['action'] !== undefined
  if (side !== undefined && !isOverruled) fields.side.push({ value: side, path: field, rank: 0 })
  if (words.price !== undefined) fields.price ??= { value: words.price, path: 'price', rank: 0 }
  if (words.interval !== undefined) keep(fields, 'interval', words.interval)
  return fields
}

const only = (tickers: readonly string[]): string | undefined =>
  tickers.length === 1 ? tickers[0] : undefined

function refuseSilent(text: string, field: string, { tickers, first }: TextWords): Refusal {
  if (isUnsupported(first)) return refuseAction(first, field)
  if (tickers.length === 1) {
    const message = `${show(text)} names no side; write one, such as "BUY ${tickers[0]}", or set a default side on the key`
    return refuse('missing-side', field, message)
  }
  return refuse(
    'not-a-signal',
    field,
    `${show(text)} is no signal; what can be read is JSON or text such as ${FORMS}`,
  )
}

function refuseTickers(text: string, field: string, { tickers }: TextWords): Refusal {
  if (tickers.length === 0) {
    return refuse('missing-ticker', field, `${show(text)} names no ticker; write text such as ${FORMS}`)
  }
  const list = tickers.slice(0, 5).join(', ')
  const message = `${show(text)} may mean any of ${list}; write one ticker and no other words, such as ${FORMS}`
  return refuse('ambiguous-ticker', field, message)
}
