/** The load generator, a process of its own: HTTP/1.1 on bare sockets, closed loop or open loop. */
import { connect, type Socket } from 'node:net'
import type { LoadPlan, LoadReport } from './load-plan.ts'
import { machineMs, pause } from './machine-clock.ts'
import { requestRenderer } from './signal-request.ts'

const ANSWER_WAIT_MS = 10_000
/** How long the open loop goes on after its end with what was due before. */
const BEHIND_MAX_MS = 2_000
const TICK_MS = 1
const NOTHING = -1

/** One connection, with at most one request on its way. */
interface Slot {
  socket: Socket | null
  /** Index of the signal that waits for its answer. */
  waiting: number
  partial: string
}

/** Counts and times of one run, by signal. */
interface Ledger {
  sent: number
  dueMs: number[]
  sentMs: number[]
  answeredMs: number[]
  accepted: number[]
  statuses: Map<string, number>
  samples: Map<string, string>
}

/** The body of a whole answer, or null while some of it is missing. */
function bodyOf(text: string): string | null {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const length = /content-length: *(\d+)/i.exec(text)
  const body = text.slice(headEnd + 4)
  const whole = length ? body.length >= Number(length[1]) : body.endsWith('0\r\n\r\n')
  return whole ? body : null
}

/** Keeps `count` connections open; `answered` is called when one is free again, `broke` when one has to be opened anew. */
function openSlots(plan: LoadPlan, answered: (slot: Slot, text: string, body: string) => void) {
  let closing = false
  const reads = (slot: Slot) => (size: number, buffer: Uint8Array) => {
    const fresh = Buffer.from(buffer.buffer, buffer.byteOffset, size).toString('latin1')
    const text = slot.partial === '' ? fresh : slot.partial + fresh
    const body = bodyOf(text)
    slot.partial = body === null ? text : ''
    if (body !== null && slot.waiting !== NOTHING) answered(slot, text, body)
    return true
  }
  const open = (slot: Slot, ready: (slot: Slot) => void) => {
    const onread = { buffer: Buffer.allocUnsafe(16_384), callback: reads(slot) }
    const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true, onread })
    socket.on('error', () => {})
    socket.on('close', () => {
      Object.assign(slot, { socket: null, waiting: NOTHING, partial: '' })
      if (!closing) setTimeout(() => !closing && open(slot, ready), 10)
    })
    socket.on('connect', () => {
      slot.socket = socket
      ready(slot)
    })
  }
  const slots = Array.from({ length: plan.connections }, (): Slot => {
    return { socket: null, waiting: NOTHING, partial: '' }
  })
  return {
    start: (ready: (slot: Slot) => void) => slots.forEach((slot) => open(slot, ready)),
    waiting: () => slots.some((slot) => slot.waiting !== NOTHING),
    close() {
      closing = true
      for (const { socket } of slots) socket?.destroy()
    },
  }
}

function openLedger(plan: LoadPlan) {
  const render = requestRenderer(plan.path, plan.run)
  const ledger: Ledger = {
    sent: 0,
    dueMs: [],
    sentMs: [],
    answeredMs: [],
    accepted: [],
    statuses: new Map(),
    samples: new Map(),
  }
  const send = (slot: Slot, dueMs: number, atMs: number) => {
    const n = ledger.sent++
    ledger.dueMs.push(dueMs)
    ledger.sentMs.push(atMs)
    ledger.answeredMs.push(Number.NaN)
    ledger.accepted.push(0)
    slot.waiting = n
    slot.socket!.write(render(plan.firstIndex + n), 'latin1')
  }
  const receive = (slot: Slot, text: string, body: string, atMs: number, counted: boolean) => {
    const status = text.slice(9, 12)
    ledger.answeredMs[slot.waiting] = atMs
    ledger.accepted[slot.waiting] = status === '202' ? 1 : 0
    slot.waiting = NOTHING
    if (counted) ledger.statuses.set(status, (ledger.statuses.get(status) ?? 0) + 1)
    if (!ledger.samples.has(status)) ledger.samples.set(status, body.slice(0, 400))
  }
  return { ledger, send, receive }
}

async function run(plan: LoadPlan): Promise<LoadReport> {
  const { ledger, send, receive } = openLedger(plan)
  const { rate } = plan
  const startMs = machineMs() + 20
  const fromMs = startMs + plan.warmSeconds * 1000
  const toMs = fromMs + plan.seconds * 1000
  const idle: Slot[] = []
  const next = (slot: Slot, atMs: number) => {
    if (rate === undefined) {
      if (atMs < toMs) send(slot, atMs, atMs)
    } else if (!idle.includes(slot)) idle.push(slot)
  }
  const slots = openSlots(plan, (slot, text, body) => {
    const atMs = machineMs()
    const counted = rate === undefined ? atMs >= fromMs && atMs < toMs : ledger.dueMs[slot.waiting]! >= fromMs
    receive(slot, text, body, atMs, counted)
    next(slot, atMs)
  })
  const cpuBefore = process.cpuUsage()
  slots.start((slot) => next(slot, machineMs()))
  if (rate !== undefined) await sendWhenDue({ rate, startMs, toMs, idle, send })
  else await pause(toMs - machineMs())
  const patientToMs = machineMs() + ANSWER_WAIT_MS
  while (slots.waiting() && machineMs() < patientToMs) await pause(5)
  const cpu = process.cpuUsage(cpuBefore)
  slots.close()
  const order = rate === undefined ? ledger.sentMs : ledger.dueMs
  const measuredFrom = order.findIndex((ms) => ms >= fromMs)
  return {
    firstIndex: plan.firstIndex,
    sent: ledger.sent,
    measuredFromIndex: plan.firstIndex + (measuredFrom === -1 ? ledger.sent : measuredFrom),
    measuredFromMs: fromMs,
    measuredToMs: toMs,
    statuses: Object.fromEntries(ledger.statuses),
    unanswered: ledger.answeredMs.filter(Number.isNaN).length,
    samples: Object.fromEntries(ledger.samples),
    dueMs: Float64Array.from(ledger.dueMs),
    sentMs: Float64Array.from(ledger.sentMs),
    answeredMs: Float64Array.from(ledger.answeredMs),
    accepted: Uint8Array.from(ledger.accepted),
    cpuMicrosPerRequest: (cpu.user + cpu.system) / Math.max(1, ledger.sent),
  }
}

interface Schedule {
  rate: number
  startMs: number
  toMs: number
  idle: Slot[]
  send: (slot: Slot, dueMs: number, atMs: number) => void
}

/**
 * The open loop. A signal that finds no free connection keeps the time at which it was due, so that a stall of the target is
 * counted for everyone it kept waiting (no coordinated omission). The connections take turns: none idles until it is closed.
 */
async function sendWhenDue({ rate, startMs, toMs, idle, send }: Schedule): Promise<void> {
  const stepMs = 1000 / rate
  const count = Math.floor((toMs - startMs) / stepMs)
  let n = 0
  for (;;) {
    const atMs = machineMs()
    let used = 0
    while (used < idle.length && n < count && startMs + n * stepMs <= atMs) {
      const slot = idle[used++]!
      if (slot.socket !== null) send(slot, startMs + n++ * stepMs, machineMs())
    }
    idle.splice(0, used)
    if (n === count || atMs > toMs + BEHIND_MAX_MS) return
    await pause(Math.max(TICK_MS, startMs + n * stepMs - machineMs()))
  }
}

process.on('message', async (plan: LoadPlan) => process.send!(await run(plan)))
process.on('disconnect', () => process.exit())
