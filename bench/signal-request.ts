/** The request that every target gets: one unique signal per index, rendered cheaply. Pure. */

/** The reference programs' own list of tickers that pass. */
export const TICKERS = 'AAPL,MSFT,NVDA,AMZN,META,GOOGL,TSLA,AVGO,COST,NFLX,AMD,ADBE,PEP,CSCO,INTC'.split(',')

const SIDES = ['BUY', 'SELL']
const FIRST_TIME_MS = Date.UTC(2024, 0, 1, 10)
const ID_DIGITS = 9

/** The ticker of the signal with this index: each in turn with one side, then each with the other. */
export const tickerOf = (index: number): string => TICKERS[index % TICKERS.length]!

/**
 * Renders whole HTTP requests by index. The index is in the id, and in the signal's time as milliseconds after
 * 2024-01-01T10:00Z: the time is the one free field that every target forwards, so it is what the sink joins by.
 */
export function requestRenderer(path: string, run: string): (index: number) => string {
  const timeSize = new Date(FIRST_TIME_MS).toISOString().length
  const variants = SIDES.flatMap((side) =>
    TICKERS.map((ticker) => {
      const start = `{"ticker":"${ticker}","side":"${side}","price":150.25,"time":"`
      const length = start.length + timeSize + '","id":"'.length + run.length + 1 + ID_DIGITS + '"}'.length
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: 127.0.0.1',
        'Content-Type: application/json',
        `Content-Length: ${length}`,
      ]
      return `${head.join('\r\n')}\r\n\r\n${start}`
    }),
  )
  return (index) => {
    const id = `${run}-${String(index).padStart(ID_DIGITS, '0')}`
    return `${variants[index % variants.length]}${new Date(FIRST_TIME_MS + index).toISOString()}","id":"${id}"}`
  }
}

/** The index of the signal in a forwarded body, or -1 when it has no time of ours. */
export function indexOfForwarded(body: string): number {
  const found = /"time": *"([^"]+)"/.exec(body)
  const index = found ? Date.parse(found[1]!) - FIRST_TIME_MS : -1
  return Number.isInteger(index) ? index : -1
}
