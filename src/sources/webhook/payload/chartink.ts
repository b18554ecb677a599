/** Reads Chartink's alerts: two parallel lists, a clock in India, no side. Pure. */
import type { Side, SignalDraft } from '../../../signals/index.ts'
import { readMetadata } from './metadata.ts'
import { PRICE, readDecimal } from './number.ts'
import { placeholderIn } from './placeholder.ts'
import { isRefusal, refuse, show, type PayloadItem, type Refusal } from './refusal.ts'
import { ITEMS_MAX, type ReadContext } from './request.ts'
import { decideSide, readSideWord } from './side.ts'
import { readTicker } from './ticker.ts'
import { readTime } from './time.ts'

const ZONE = 'Asia/Kolkata'
const NAME_MAX = 200
const CONSUMED = new Set([
  'stocks',
  'trigger_prices',
  'triggered_at',
  'scan_name',
  'webhook_url',
  'side',
  'action',
])

export const isChartink = (body: Readonly<Record<string, unknown>>): boolean => Object.hasOwn(body, 'stocks')

/** One item a stock; a refusal when the alert as a whole makes no sense. */
export function readChartink(
  body: Readonly<Record<string, unknown>>,
  context: ReadContext,
): PayloadItem[] | Refusal {
  const stocks = readList(body, 'stocks')
  if (!Array.isArray(stocks)) return stocks
  const prices = body['trigger_prices'] === undefined ? undefined : readList(body, 'trigger_prices')
  if (isRefusal(prices)) return prices
  if (prices !== undefined && prices.length !== stocks.length)
    return refuseLengths(stocks.length, prices.length)
  const side = readSide(body, context)
  if (isRefusal(side)) return side
  const alert = readAlert(body, context)
  if (isRefusal(alert)) return alert
  return stocks.map((_, index) => readStock(body, { stocks, prices, index, side, alert }))
}

function readList(body: Readonly<Record<string, unknown>>, name: string): string[] | Refusal {
  const value = body[name]
  const placeholder = placeholderIn(value, name)
  if (placeholder !== null) return placeholder
  const isText = typeof value === 'string' || typeof value === 'number'
  const parts = isText
    ? String(value)
        .split(',')
        .map((part) => part.trim())
    : []
  if (parts.at(-1) === '') parts.pop()
  if (parts.length === 0) {
    const code = name === 'stocks' ? 'missing-ticker' : 'invalid-price'
    return refuse(code, name, `"${name}" is ${show(value)}; write a list such as "SBIN,INFY"`)
  }
  if (parts.length <= ITEMS_MAX) return parts
  return refuse('too-many-items', name, `"${name}" has ${parts.length} entries, ${ITEMS_MAX} are allowed`)
}

function refuseLengths(stocks: number, prices: number): Refusal {
  const message = `"stocks" has ${stocks} entries and "trigger_prices" ${prices}; they have to be parallel`
  return refuse('list-mismatch', 'trigger_prices', message)
}

const SIDE_WORDS: Readonly<Record<string, Side>> = { BUY: 'buy', COVER: 'buy', SELL: 'sell', SHORT: 'sell' }
/** Names of scans in which SHORT is no side. */
const NO_SHORT = /\bSHORT[\s-]+(?:TERM|COVERING|SQUEEZE)\b/g

/** The side that the words of a scan's name say; undefined when they say none or both. */
function sideOfName(name: unknown): Side | undefined {
  if (typeof name !== 'string') return undefined
  const words = name
    .slice(0, NAME_MAX)
    .toUpperCase()
    .replaceAll(NO_SHORT, ' ')
    .split(/[^A-Z0-9]+/)
  const sides = new Set(words.flatMap((word) => (Object.hasOwn(SIDE_WORDS, word) ? [SIDE_WORDS[word]!] : [])))
  return sides.size === 1 ? [...sides][0] : undefined
}

/** What the body or the address says, else the scan's name, else what the key says. */
function readSide(body: Readonly<Record<string, unknown>>, context: ReadContext): Side | Refusal {
  const { defaults, fieldMap, query } = context
  const said = body['side'] ?? body['action'] ?? query?.['side'] ?? query?.['action']
  if (said !== undefined) return sideOfWord(said, 'side')
  const named = sideOfName(body['scan_name']) ?? sideOfName(body['alert_name'])
  if (named !== undefined) return named
  const constant = fieldMap?.constants?.side
  if (constant !== undefined) return sideOfWord(constant, 'side')
  if (defaults?.side !== undefined) return defaults.side
  const message =
    `Chartink sends no side, and "scan_name" ${show(body['scan_name'] ?? '')} names none: ` +
    'put BUY, SELL, SHORT or COVER into the name of the scan, or set a default side on the key'
  return refuse('missing-side', 'scan_name', message)
}

function sideOfWord(said: unknown, field: string): Side | Refusal {
  const word = typeof said === 'string' ? readSideWord(said) : undefined
  const side = word === undefined ? undefined : decideSide([word])
  if (side !== undefined && side !== 'conflict') return side
  return refuse('unknown-side', field, `"${field}" is ${show(said)}, which is no side; write buy or sell`)
}

/** What all stocks of an alert have in common. */
interface Alert {
  strategy: string | undefined
  occurredAtMs: number | undefined
  metadata: Record<string, unknown> | undefined
}

function readAlert(body: Readonly<Record<string, unknown>>, context: ReadContext): Alert | Refusal {
  const occurredAtMs = readTime(body['triggered_at'], 'triggered_at', {
    nowMs: context.nowMs,
    timezone: ZONE,
  })
  if (isRefusal(occurredAtMs)) return occurredAtMs
  const name = body['scan_name']
  const strategy = typeof name === 'string' ? name.trim() : ''
  if (strategy.length > NAME_MAX || /\p{Cc}/u.test(strategy)) {
    return refuse(
      'invalid-strategy',
      'scan_name',
      '"scan_name" has more than 200 characters, or some that do not print',
    )
  }
  const rest: Record<string, unknown> = {}
  for (const key of Object.keys(body)) if (!CONSUMED.has(key)) rest[key] = body[key]
  const metadata = readMetadata(rest, '')
  if (isRefusal(metadata)) return metadata
  return { strategy: strategy === '' ? undefined : strategy, occurredAtMs, metadata }
}

interface Stock {
  stocks: readonly string[]
  prices: readonly string[] | undefined
  index: number
  side: Side
  alert: Alert
}

function readStock(body: Readonly<Record<string, unknown>>, stock: Stock): PayloadItem {
  const { stocks, prices, index, side, alert } = stock
  const text = bodyOf(body, stocks[index]!, prices?.[index])
  const ticker = readTicker(stocks[index], `stocks[${index}]`)
  if (isRefusal(ticker)) return { ok: false, body: text, ...ticker }
  const field = `trigger_prices[${index}]`
  const price = readDecimal(prices?.[index], field, PRICE)
  if (isRefusal(price)) return { ok: false, body: text, ...price }
  if (price === '0') {
    return {
      ok: false,
      body: text,
      ...refuse('invalid-price', field, `"${field}" is 0; it has to be greater`),
    }
  }
  const draft: SignalDraft = { ticker: ticker.ticker, side, body: text }
  if (ticker.exchange !== undefined) draft.exchange = ticker.exchange
  if (price !== undefined) draft.price = price
  if (alert.strategy !== undefined) draft.strategy = alert.strategy
  if (alert.occurredAtMs !== undefined) draft.occurredAtMs = alert.occurredAtMs
  if (alert.metadata !== undefined) draft.metadata = alert.metadata
  return { ok: true, draft, carriesTime: alert.occurredAtMs !== undefined }
}

/**
 * The alert as if it were of this one stock; without `webhook_url`, which holds the key where it is part of
 * the address.
 */
function bodyOf(body: Readonly<Record<string, unknown>>, stock: string, price: string | undefined): string {
  const { webhook_url: _, ...kept } = body
  return JSON.stringify({ ...kept, stocks: stock, ...(price !== undefined && { trigger_prices: price }) })
}
