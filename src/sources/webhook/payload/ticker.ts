/** Reads a ticker as senders write it, with or without its exchange. Pure. */
import { placeholderIn } from './placeholder.ts'
import { refuse, show, type Refusal } from './refusal.ts'

export interface TickerReading {
  ticker: string
  exchange?: string
  /** The sender's spelling, where ours is another one. */
  asSent?: string
}

/** Checked before upper-casing: some foreign letters turn into ASCII ones. */
const TICKER = /^[A-Za-z0-9.:_/&-]{1,40}$/
const EXCHANGE = /^[A-Za-z0-9._&-]{1,20}$/
/** An option as TradersPost and OCC write it, `SPY 240510C68`; the space is dropped. */
const OPTION = /^([A-Za-z.]{1,6}) +(\d{6}[CPcp]\d{1,8}(?:\.\d{1,4})?)$/
/** What a broken template makes of a missing value. */
const NOTHING = new Set(['NULL', 'UNDEFINED'])

/** `nasdaq:aapl` is AAPL at NASDAQ; `HYPEUSDT.P` and `BTC/USDT:USDT` stay whole. */
export function readTicker(value: unknown, field: string): TickerReading | Refusal {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string') {
    return refuse(
      'invalid-ticker',
      field,
      `"${field}" is ${show(value)}; write the ticker as text, such as "AAPL"`,
    )
  }
  const sent = text.trim()
  if (!TICKER.test(sent)) return readOddTicker(sent, field)
  const upper = sent.toUpperCase()
  const colon = upper.indexOf(':')
  if (colon === -1) return isNamed(upper) ? { ticker: upper } : refuseTicker(sent, field)
  const prefix = upper.slice(0, colon)
  const ticker = upper.slice(colon + 1)
  if (prefix.includes('/') || ticker.includes(':')) return { ticker: upper }
  const exchange = readExchange(prefix, field)
  if (typeof exchange !== 'string' || !isNamed(ticker)) return refuseTicker(sent, field)
  return { ticker, exchange }
}

/** An exchange's code in capitals; TradingView's marks of delayed data (`_DL`, `_DLY`) are taken off. */
export function readExchange(value: unknown, field: string): string | Refusal {
  const sent = typeof value === 'string' ? value.trim() : value
  if (typeof sent !== 'string' || !EXCHANGE.test(sent)) {
    return (
      placeholderIn(sent, field) ??
      refuse(
        'invalid-exchange',
        field,
        `"${field}" is ${show(value)}; write an exchange's code, such as "NSE"`,
      )
    )
  }
  return sent.toUpperCase().replace(/(?<=.)_DLY?$/, '')
}

const isNamed = (ticker: string): boolean => /[A-Z0-9]/.test(ticker) && !NOTHING.has(ticker)

function readOddTicker(sent: string, field: string): TickerReading | Refusal {
  const option = OPTION.exec(sent)
  if (option) return { ticker: (option[1]! + option[2]!).toUpperCase(), asSent: sent }
  return placeholderIn(sent, field) ?? refuseTicker(sent, field)
}

function refuseTicker(sent: string, field: string): Refusal {
  const hint = /^[A-Za-z0-9]{1,20}!$/.test(sent)
    ? "; a continuous future is no instrument: name the contract, or translate it in the key's field map"
    : ''
  const message = `"${field}" is ${show(sent)}; a ticker is 1 to 40 of A-Z 0-9 . : _ / & -${hint}`
  return refuse('invalid-ticker', field, message)
}
