/** The destination, a process of its own: takes every POST on bare sockets, and notes which signal came when. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { machineMs } from './machine-clock.ts'
import { indexOfForwarded } from './signal-request.ts'

/** Faults, for runs that want them; none by default. */
export interface SinkFaults {
  /** Answers every n-th request with `status`; that one has not arrived. 0: none. */
  every: number
  status: number
  /** How long each answer waits. */
  delayMs: number
}

export type SinkQuestion = { ask: 'open'; faults: SinkFaults } | { ask: 'count' } | { ask: 'take' }

/** Signals in the order of their arrival, repeats included. */
export interface Arrivals {
  indexes: Float64Array
  atMs: Float64Array
  /** Requests that were not a signal of ours. */
  strangers: number
}

let indexes: number[] = []
let atMs: number[] = []
let distinct = new Set<number>()
let strangers = 0
let requests = 0
let faults: SinkFaults = { every: 0, status: 503, delayMs: 0 }

const ANSWERS = new Map([[200, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n']])
const answerOf = (status: number) =>
  ANSWERS.get(status) ?? `HTTP/1.1 ${status} Fault\r\nContent-Length: 0\r\n\r\n`

function note(body: string): number {
  requests++
  if (faults.every > 0 && requests % faults.every === 0) return faults.status
  const index = indexOfForwarded(body)
  if (index < 0) strangers++
  else {
    indexes.push(index)
    atMs.push(machineMs())
    distinct.add(index)
  }
  return 200
}

/** Takes one whole request off the front of the text; null while some of it is missing. */
function takeRequest(text: string): { body: string; rest: string } | null {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)
  const end = headEnd + 4 + Number(length?.[1] ?? 0)
  return text.length < end ? null : { body: text.slice(headEnd + 4, end), rest: text.slice(end) }
}

function serve(socket: Socket): void {
  let text = ''
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    text += (chunk as Buffer).toString('latin1')
    for (let taken = takeRequest(text); taken !== null; taken = takeRequest(text)) {
      text = taken.rest
      const answer = answerOf(note(taken.body))
      if (faults.delayMs > 0) setTimeout(() => socket.write(answer, 'latin1'), faults.delayMs)
      else socket.write(answer, 'latin1')
    }
  })
}

function answer(question: SinkQuestion): void {
  if (question.ask === 'count') process.send!(distinct.size)
  if (question.ask === 'take') {
    const taken: Arrivals = { indexes: Float64Array.from(indexes), atMs: Float64Array.from(atMs), strangers }
    ;[indexes, atMs, distinct, strangers] = [[], [], new Set(), 0]
    process.send!(taken)
  }
  if (question.ask === 'open') {
    faults = question.faults
    const server = createServer(serve)
    server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
  }
}

process.on('message', answer)
process.on('disconnect', () => process.exit())
