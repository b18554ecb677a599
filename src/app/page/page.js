/** The first page: asks for the status every two seconds and shows it; everything is put in as text. */
const byId = (id) => document.getElementById(id)
const element = (tag, text, className = '') =>
  Object.assign(document.createElement(tag), { textContent: text, className })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

function showStatus(status) {
  const mode = status.demo ? 'Demo: everything here is simulated' : 'Live'
  byId('mode').textContent = `${mode} · ${status.roles.join(', ')} · version ${status.version}`
  const counts = {
    ...status.signals,
    pending: status.deliveries.pending,
    delivered: status.deliveries.delivered,
    expired: status.deliveries.expired,
    dead: status.deliveries.dead,
  }
  byId('counts').replaceChildren(
    ...Object.entries(counts).map(([name, count]) => {
      const box = document.createElement('div')
      box.append(element('dt', name), element('dd', count.toLocaleString(), count > 0 ? name : ''))
      return box
    }),
  )
  const { ranking } = status
  byId('ranking-state').textContent = ranking.taken_at
    ? `taken ${clock.format(new Date(ranking.taken_at))}${ranking.stale ? ' · STALE' : ''}`
    : 'no list yet'
  byId('ranking-state').className = ranking.stale ? 'stale' : ''
  byId('rule').textContent = ranking.rule
  byId('ranking').replaceChildren(...ranking.tickers.slice(0, 60).map((ticker) => element('li', ticker)))
}

function showSignals(items) {
  byId('no-signals').hidden = items.length > 0
  byId('signals').replaceChildren(
    ...items.map((signal) => {
      const row = document.createElement('tr')
      const time = element('td', clock.format(new Date(signal.received_at)))
      time.title = signal.received_at
      row.append(
        time,
        element('td', signal.ticker),
        element('td', signal.side),
        element('td', signal.price ?? '–', 'n'),
        element('td', signal.source),
        element('td', signal.decision, signal.decision),
        element('td', signal.reason),
        element('td', signal.delivery ?? '–', signal.delivery ?? ''),
      )
      return row
    }),
  )
}

async function refresh() {
  try {
    const [status, signals] = await Promise.all(
      ['/status', '/status/signals'].map(async (path) => (await fetch(path)).json()),
    )
    showStatus(status)
    showSignals(signals.items)
  } catch {
    byId('mode').textContent = 'Signalbox does not answer; trying again.'
  }
}

byId('test').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { ticker, side, price, key } = Object.fromEntries(new FormData(event.target))
  const response = await fetch('/webhook/in', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ ticker, side, price, time: new Date().toISOString(), strategy: 'test' }),
  })
  const answer = await response.json()
  byId('answer').textContent = response.ok ? `${answer.status}: ${answer.reason}` : answer.detail
  await refresh()
})

await refresh()
setInterval(refresh, 2000)
