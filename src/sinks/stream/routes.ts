/** The stream over a websocket at `/stream`, and as server-sent events at `/stream/sse`. */
import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { problem, withZod, type Guard, type Identity } from '../../platform/http/index.ts'
import { after, every } from '../../platform/runtime/index.ts'
import { openGroups } from './access.ts'
import type { StreamDesk } from './desk.ts'
import type { Position } from './group.ts'
import { MESSAGE_BYTES_MAX } from './protocol.ts'

/** So that a proxy does not take a quiet connection for a dead one, and a dead one is found. */
const HEARTBEAT_MS = 25_000
/** A reader that does not read is cut off, not waited for. */
const CLOSE_WAIT_MS = 1_000

export interface StreamRoutePorts {
  guard: Guard
  desk: StreamDesk
  /** The groups that a caller wants from the beginning. */
  preferred(identity: Identity): Promise<string[]>
}

export async function streamRoutes(app: FastifyInstance, ports: StreamRoutePorts): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false, clientTracking: true },
  })
  await app.register(async (scope) => websocketRoute(scope, ports))
  eventSourceRoute(app, ports)
}

function websocketRoute(app: FastifyInstance, { guard, desk, preferred }: StreamRoutePorts): void {
  app.get(
    '/stream',
    { websocket: true, onRequest: guard.own, schema: { hide: true } },
    async (socket, request) => {
      // Listened to at once: what comes while the caller is looked up is not lost.
      const early: string[] = []
      let receive = (text: string): void => {
        early.push(text)
      }
      socket.on('message', (data) => receive((data as Buffer).toString()))
      socket.on('error', () => {})
      const identity = (await guard.identify(request))!
      const connection = desk.admit(identity, {
        send: (frame) => socket.send(frame, { binary: false }),
        buffered: () => socket.bufferedAmount,
        end(code, reason) {
          socket.close(code, reason)
          if (socket.bufferedAmount > 0) socket.terminate()
          else after(CLOSE_WAIT_MS, () => socket.terminate())
        },
      })
      if (connection === null) return
      let alive = true
      socket.on('pong', () => (alive = true))
      const stopBeating = every(
        HEARTBEAT_MS,
        () => {
          if (!alive) return socket.terminate()
          alive = false
          socket.ping()
        },
        () => {},
      )
      socket.on('close', () => {
        void stopBeating()
        desk.leave(connection)
      })
      const groups = openGroups(await preferred(identity), identity.may)
      if (groups.length > 0)
        connection.receive(JSON.stringify({ op: 'subscribe', id: 'preferences', groups }))
      receive = connection.receive
      for (const text of early) receive(text)
    },
  )
}

const groupList = z
  .string()
  .max(20_000)
  .transform((text) => text.split(','))

function eventSourceRoute(app: FastifyInstance, { guard, desk, preferred }: StreamRoutePorts): void {
  withZod(app).get(
    '/stream/sse',
    {
      onRequest: guard.own,
      schema: {
        tags: ['account'],
        summary: 'The stream as server-sent events; Last-Event-ID resumes',
        operationId: 'streamEvents',
        querystring: z.object({
          groups: groupList.optional().describe('names, joined by commas; else those of your preferences'),
        }),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const identity = (await guard.identify(request))!
      const groups = request.query.groups ?? openGroups(await preferred(identity), identity.may)
      if (groups.length === 0)
        throw problem(400, 'groups-missing', 'Name the groups: ?groups=signals', { field: 'groups' })
      const from = positionsOf(request.headers['last-event-id'])
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      const at = new Map(Object.entries(from ?? {}))
      const connection = desk.admit(identity, {
        send: (frame) => void raw.write(eventText(frame.toString(), at)),
        buffered: () => raw.writableLength,
        end(code, reason) {
          raw.write(`event: end\ndata: ${JSON.stringify({ code, reason })}\n\n`)
          raw.end()
          after(CLOSE_WAIT_MS, () => raw.destroy())
        },
      })
      if (connection === null) return
      const stopBeating = every(
        HEARTBEAT_MS,
        () => void raw.write(': still here\n\n'),
        () => {},
      )
      raw.on('close', () => {
        void stopBeating()
        desk.leave(connection)
      })
      connection.receive(JSON.stringify({ op: 'subscribe', id: 'sse', groups, ...(from && { from }) }))
    },
  )
}

/** Each event carries where the reader stands in all of its groups, so that `Last-Event-ID` alone resumes them. */
function eventText(json: string, at: Map<string, Position>): string {
  const message = JSON.parse(json) as {
    op: string
    group: string
    offset: number
    groups?: Record<string, Position & { recovered?: boolean }>
  }
  if (message.op === 'subscribed')
    for (const [name, { epoch, offset, recovered }] of Object.entries(message.groups ?? {}))
      if (recovered !== true) at.set(name, { epoch, offset })
  if (message.op === 'event') at.set(message.group, { ...at.get(message.group)!, offset: message.offset })
  return `event: ${message.op}\nid: ${JSON.stringify(Object.fromEntries(at))}\ndata: ${json}\n\n`
}

function positionsOf(header: string | string[] | undefined): Record<string, Position> | null {
  if (typeof header !== 'string') return null
  try {
    return JSON.parse(header) as Record<string, Position>
  } catch {
    return null
  }
}
