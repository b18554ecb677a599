/** A screener page for the demo and the tests, in our own markup of the current layout. Pure. */

/** Rows `first` to `first + perPage - 1` of the list. */
export function renderScreenerPage(tickers: readonly string[], first: number, perPage = 20): string {
  const rows = tickers
    .slice(first - 1, first - 1 + perPage)
    .map(
      (ticker, i) =>
        `<tr class="styled-row"><td>${first + i}</td><td data-boxover-ticker="${ticker}"><a href="quote.ashx?t=${ticker}">${ticker}</a></td></tr>`,
    )
  return `<!doctype html><html><head><title>Simulated screener</title></head><body>
<p>Simulated by Signalbox. Not market data.</p>
<div id="screener-total">#${first} / ${tickers.length} Total</div>
<table class="screener_table"><tr><th>No.</th><th>Ticker</th></tr>${rows.join('\n')}</table></body></html>`
}
