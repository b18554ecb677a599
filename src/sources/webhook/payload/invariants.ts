/** What holds of every answer whatever was sent; the tests of all readers hold them to it. */
import { REFUSAL_CODES, type PayloadItem } from './refusal.ts'
import type { Payload } from './request.ts'

const TICKER = /^[A-Z0-9.:_/&-]{1,40}$/
const EXCHANGE = /^[A-Z0-9._&-]{1,20}$/
const DECIMAL = /^(?:0|[1-9]\d{0,37})(?:\.\d{0,37}[1-9])?$/
const PRINTABLE = /^\P{Cc}{1,200}$/u
const METADATA_MAX = 4_200
const MESSAGE_MAX = 700

/** The invariants that an answer breaks, in words; none for a sound one. */
export function faultsOf(payload: Payload): string[] {
  if (payload.outcome === 'refused') return faultsOfItem({ ok: false, ...payload })
  if (payload.items.length === 0) return ['no items']
  return payload.items.flatMap(faultsOfItem)
}

function faultsOfItem(item: PayloadItem): string[] {
  const rules: Record<string, boolean> = item.ok ? rulesOfDraft(item) : rulesOfRefusal(item)
  return Object.keys(rules).filter((rule) => rules[rule] === false)
}

function rulesOfDraft({ draft }: PayloadItem & { ok: true }): Record<string, boolean> {
  const { ticker, exchange, side, price, quantity, strategy, senderId, occurredAtMs, metadata, body } = draft
  return {
    'a valid ticker': TICKER.test(ticker),
    'a valid exchange': exchange === undefined || EXCHANGE.test(exchange),
    'a side': side === 'buy' || side === 'sell',
    'a canonical price above zero': price === undefined || (DECIMAL.test(price) && price !== '0'),
    'a canonical quantity above zero': quantity === undefined || (DECIMAL.test(quantity) && quantity !== '0'),
    'a printable strategy': strategy === undefined || PRINTABLE.test(strategy),
    'a printable id': senderId === undefined || PRINTABLE.test(senderId),
    'whole milliseconds': occurredAtMs === undefined || Number.isSafeInteger(occurredAtMs),
    'bounded metadata': JSON.stringify(metadata ?? {}).length <= METADATA_MAX,
    'storable text': body.isWellFormed() && !body.includes('\0'),
  }
}

function rulesOfRefusal({ code, message }: PayloadItem & { ok: false }): Record<string, boolean> {
  return {
    'a listed code': REFUSAL_CODES.includes(code),
    'a message of readable length': message.length > 10 && message.length < MESSAGE_MAX,
    'a message of whole characters': message.isWellFormed(),
  }
}
