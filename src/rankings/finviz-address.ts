/** The addresses of a screener: its pages and, with an Elite token, its CSV export. Pure. */

/** The page that begins with rank `first`. */
export function pageAddress(screener: string, first: number): string {
  const url = new URL(screener)
  if (first > 1) url.searchParams.set('r', String(first))
  else url.searchParams.delete('r')
  return url.href
}

/** `export.ashx` with the same filters; the token is in it, so it is never shown. */
export function exportAddress(screener: string, token: string): string {
  const url = new URL(screener)
  if (/(^|\.)finviz\.com$/.test(url.hostname)) url.hostname = 'elite.finviz.com'
  url.pathname = url.pathname.replace(/[^/]*$/, 'export.ashx')
  url.searchParams.delete('r')
  url.searchParams.set('auth', token)
  return url.href
}

/** An address as it may be stored and shown. */
export function shownAddress(address: string): string {
  const url = new URL(address)
  for (const name of ['auth', 'token', 'key', 'apikey', 'api_key']) url.searchParams.delete(name)
  url.username = ''
  url.password = ''
  return url.href
}

/** Rows on a page: views 3xx show ten, 4xx a thousand tickers, 5xx five hundred; tables what the account has (20, Elite 100). */
export function rowsPerPage(screener: string, ofTables: number): number {
  const view = new URL(screener).searchParams.get('v')?.[0]
  if (view === '3') return 10
  if (view === '4') return 1_000
  return view === '5' ? 500 : ofTables
}
