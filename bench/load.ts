/** A light HTTP/1.1 load generator in a process of its own: closed loop (N connections) or open loop (a constant rate). */
import { connect, type Socket } from 'node:net'

export interface LoadPlan {
  port: number
  path: string
  connections: number
  seconds: number
  /** Requests a second; absent: closed loop. Latency then counts from the intended time, so that a stall is not forgiven. */
  rate?: number
  token?: string
  tickers: string[]
}

export interface LoadReport {
  sent: number
  statuses: Record<string, number>
  perSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const now = () => performance.timeOrigin + performance.now()

function percentile(sorted: Float64Array, share: number): number {
  return sorted.length === 0
    ? 0
    : Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]! * 100) / 100
}

async function run(plan: LoadPlan): Promise<LoadReport> {
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  let sent = 0
  const startMs = now()
  const endMs = startMs + plan.seconds * 1000
  const auth = plan.token ? `Authorization: Bearer ${plan.token}\r\n` : ''
  const head = `POST ${plan.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${auth}Content-Length: `
  const run = `${process.pid}-${Math.floor(startMs)}`
  const request = () => {
    const n = sent++
    const side = n % 2 === 0 ? 'BUY' : 'SELL'
    const ticker = plan.tickers[(n >> 1) % plan.tickers.length]
    const body = `{"ticker":"${ticker}","side":"${side}","price":150.25,"time":"2024-01-01T10:00:00Z","id":"${run}-${n}","strategy":"${now()}"}`
    return `${head}${body.length}\r\n\r\n${body}`
  }
  let idle: Slot[] = []
  interface Slot {
    socket: Socket
    dueMs: number
  }
  const fire = (slot: Slot, dueMs: number) => {
    slot.dueMs = dueMs
    slot.socket.write(request())
  }
  const finished: Promise<void>[] = []
  for (let i = 0; i < plan.connections; i++) {
    const socket = connect(plan.port, '127.0.0.1')
    socket.setNoDelay(true)
    const slot: Slot = { socket, dueMs: 0 }
    let text = ''
    finished.push(
      new Promise((resolve) => {
        socket.on('close', resolve)
        socket.on('error', resolve)
      }),
    )
    socket.on('connect', () => (plan.rate === undefined ? fire(slot, now()) : idle.push(slot)))
    socket.on('data', (chunk) => {
      text += chunk.latin1Slice()
      const bodyAt = text.indexOf('\r\n\r\n')
      if (bodyAt === -1) return
      const length = /content-length: (\d+)/i.exec(text)
      if (length === null || text.length < bodyAt + 4 + Number(length[1])) return
      const status = text.slice(9, 12)
      text = ''
      const atMs = now()
      statuses[status] = (statuses[status] ?? 0) + 1
      latencies.push(atMs - slot.dueMs)
      if (atMs >= endMs) socket.end()
      else if (plan.rate === undefined) fire(slot, atMs)
      else idle.push(slot)
    })
  }
  if (plan.rate !== undefined) {
    const { rate } = plan
    let n = 0
    await new Promise<void>((resolve) => {
      const tick = () => {
        const atMs = now()
        while (idle.length > 0 && startMs + (n / rate) * 1000 <= Math.min(atMs, endMs))
          fire(idle.pop()!, startMs + (n++ / rate) * 1000)
        if (atMs < endMs) setTimeout(tick, 1)
        else resolve()
      }
      tick()
    })
    for (const { socket } of idle) socket.end()
    idle = []
  }
  await Promise.race([
    Promise.all(finished),
    new Promise((resolve) => setTimeout(resolve, plan.seconds * 1000 + 10_000).unref()),
  ])
  const seconds = Math.max(plan.seconds, 0.001)
  const sorted = Float64Array.from(latencies).toSorted()
  return {
    sent,
    statuses,
    perSecond: Math.round((statuses['202'] ?? 0) / seconds),
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
  }
}

if (process.argv[2] !== undefined) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]) as LoadPlan)))
}
