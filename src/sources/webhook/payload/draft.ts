/** Turns collected fields into one signal, or the reason why they are none. Pure. */
import type { SignalDraft } from '../../../signals/index.ts'
import { applyFieldMap, keep, statesSide, type Field, type Fields } from './fields.ts'
import { readMetadata } from './metadata.ts'
import { PRICE, QUANTITY, readDecimal } from './number.ts'
import { placeholderIn } from './placeholder.ts'
import { isRefusal, refuse, show, type PayloadItem, type Refusal } from './refusal.ts'
import type { ReadContext } from './request.ts'
import { decideFieldsSide } from './fields-side.ts'
import { readExchange, readTicker } from './ticker.ts'
import { readTime } from './time.ts'

export interface DraftSource {
  /** The text to store. */
  body: string
  /** The object that a field map's paths start from. */
  object: Readonly<Record<string, unknown>>
  /** Stands before the names of fields that are missing. */
  path?: string
}

const TEXT_MAX = 200
/** Control characters, line separators, and marks that turn the direction of text around. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** Reads a signal out of fields; `source.body` is free of credentials already. */
export function draftFrom(fields: Fields, source: DraftSource, context: ReadContext): PayloadItem {
  if (context.query !== undefined && (fields.ticker === undefined || fields.side.length === 0)) {
    applyQuery(fields, context.query)
  }
  if (context.fieldMap !== undefined) applyFieldMap(fields, context.fieldMap, source.object)
  const draft = readDraft(fields, source, context)
  return isRefusal(draft)
    ? { ok: false, body: source.body, ...draft }
    : { ok: true, draft, carriesTime: draft.occurredAtMs !== undefined }
}

function readDraft(fields: Fields, source: DraftSource, context: ReadContext): SignalDraft | Refusal {
  const side = decideFieldsSide(fields, context.defaults?.side, source.path ?? '')
  // A body that asks for something else (cancel) is told that first, whatever it lacks.
  if (isRefusal(side) && side.code === 'unsupported-action') return side
  const ticker =
    fields.ticker?.value === undefined
      ? missingTicker(fields.ticker, source.path ?? '')
      : readTicker(fields.ticker.value, fields.ticker.path)
  if (isRefusal(ticker)) return ticker
  if (isRefusal(side)) return side
  const draft: SignalDraft = { ticker: ticker.ticker, side, body: source.body }
  if (ticker.asSent !== undefined) keep(fields, 'tickerAsSent', ticker.asSent)
  const fault =
    addExchange(draft, fields.exchange, ticker.exchange) ??
    addNumbers(draft, fields) ??
    addNames(draft, fields) ??
    addTime(draft, fields.time, context) ??
    addMetadata(draft, fields, source.path ?? '')
  return fault ?? draft
}

function missingTicker(field: Field | undefined, path: string): Refusal {
  const name = field?.path ?? `${path}ticker`
  return refuse(
    'missing-ticker',
    name,
    `there is no "${name}"; say what to trade, such as "AAPL" or "BINANCE:BTCUSDT"`,
  )
}

function applyQuery(fields: Fields, query: NonNullable<ReadContext['query']>): void {
  const field = (name: string, value: string): Field => ({ value, path: `?${name}`, rank: 0 })
  for (const name of ['ticker', 'symbol'] as const) {
    const value = query[name]
    if (value) fields.ticker ??= field(name, value)
  }
  const side = query.side ? 'side' : 'action'
  if (query[side] && !statesSide(fields)) fields.side.push(field(side, query[side]))
  if (query.exchange) fields.exchange ??= field('exchange', query.exchange)
  if (query.strategy) fields.strategy ??= field('strategy', query.strategy)
}

function addExchange(
  draft: SignalDraft,
  field: Field | undefined,
  ofTicker: string | undefined,
): Refusal | null {
  const exchange = field?.value === undefined ? ofTicker : readExchange(field.value, field.path)
  if (isRefusal(exchange)) return exchange
  if (exchange !== undefined) draft.exchange = exchange
  return null
}

function addNumbers(draft: SignalDraft, fields: Fields): Refusal | null {
  const { trigger } = fields
  const priceField = fields.price ?? (isThreeCommas(fields) ? trigger : undefined)
  if (trigger !== undefined && trigger !== priceField) keep(fields, trigger.path, trigger.value)
  if (priceField !== undefined) {
    const price = readDecimal(priceField.value, priceField.path, PRICE)
    if (isRefusal(price)) return price
    if (price === '0' && !isMarketOrder(fields.rest))
      return refuseZero('invalid-price', priceField, 'for a market order')
    if (price !== undefined && price !== '0') draft.price = price
  }
  return fields.quantity === undefined ? null : addQuantity(draft, fields, fields.quantity)
}

const PERCENT = /^\s{0,8}(\d{1,3}(?:\.\d{1,8})?)\s?%\s{0,8}$/

function addQuantity(draft: SignalDraft, fields: Fields, field: Field): Refusal | null {
  const percent = typeof field.value === 'string' ? PERCENT.exec(field.value)?.[1] : undefined
  // A share of something is no number of units: sent on as one, 50% would buy fifty.
  if (percent !== undefined) {
    keep(fields, 'quantityPercent', percent)
    return null
  }
  const quantity = readDecimal(field.value, field.path, QUANTITY)
  if (isRefusal(quantity)) return quantity
  if (quantity === '0' && fields.rest?.['position_size'] === undefined) {
    return refuseZero('invalid-quantity', field, 'to let the destination decide')
  }
  if (quantity !== undefined && quantity !== '0') draft.quantity = quantity
  const currency = (fields.rest?.['order'] as Record<string, unknown> | undefined)?.['currency_type']
  if (typeof currency === 'string') keep(fields, 'quantityType', currency)
  return null
}

const isThreeCommas = (fields: Fields): boolean =>
  fields.ticker?.path.endsWith('tv_instrument') === true || fields.rest?.['bot_uuid'] !== undefined

/** OpenAlgo writes price 0 for a market order, and MARKET is its default. */
function isMarketOrder(rest: Fields['rest']): boolean {
  if (rest === undefined) return false
  const word =
    rest['pricetype'] ?? rest['price_type'] ?? rest['orderType'] ?? rest['order_type'] ?? rest['type']
  if (word !== undefined)
    return typeof word === 'string' && /^(?:market|sl-m|stop|trailing_stop)$/i.test(word)
  return rest['product'] !== undefined || rest['disclosed_quantity'] !== undefined
}

function refuseZero(
  code: 'invalid-price' | 'invalid-quantity',
  { path, value }: Field,
  purpose: string,
): Refusal {
  return refuse(
    code,
    path,
    `"${path}" is ${show(value)}; it has to be greater than 0, or left out ${purpose}`,
  )
}

function addNames(draft: SignalDraft, { strategy, id }: Fields): Refusal | null {
  if (strategy?.value !== undefined) {
    const name = readName(strategy, 'invalid-strategy')
    if (typeof name !== 'string') return name
    if (name !== '') draft.strategy = name
  }
  if (id?.value !== undefined) {
    const name = readName(id, 'invalid-id')
    if (typeof name !== 'string') return name
    if (name !== '') draft.senderId = name
  }
  return null
}

function readName({ value, path }: Field, code: 'invalid-strategy' | 'invalid-id'): string | Refusal {
  const text = (typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '').trim()
  const isText = typeof value === 'number' || typeof value === 'string'
  if (isText && text.length <= TEXT_MAX && !CONTROL.test(text)) {
    return placeholderIn(text, path) ?? text
  }
  return refuse(code, path, `"${path}" is ${show(value)}; write at most ${TEXT_MAX} printable characters`)
}

function addTime(draft: SignalDraft, field: Field | undefined, context: ReadContext): Refusal | null {
  if (field === undefined) return null
  const { nowMs, defaults } = context
  const ms = readTime(field.value, field.path, { nowMs, timezone: defaults?.timezone })
  if (isRefusal(ms)) return ms
  if (ms !== undefined) draft.occurredAtMs = ms
  return null
}

function addMetadata(draft: SignalDraft, fields: Fields, path: string): Refusal | null {
  if (fields.text !== undefined) keep(fields, fields.text.path, fields.text.value)
  if (fields.rest === undefined) return null
  if (String(fields.rest['heartbeat']) === 'true') {
    return refuse('not-a-signal', `${path}heartbeat`, 'this is a heartbeat: it asks for no trade')
  }
  const metadata = readMetadata(fields.rest, path)
  if (isRefusal(metadata)) return metadata
  if (metadata !== undefined) draft.metadata = metadata
  return null
}
