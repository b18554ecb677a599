/** All connections of a process: admits them within limits, looks after them each second, and sends them away at the end. */
import type { Identity } from '../../platform/http/index.ts'
import { every, monotonicMs, nowMs, random, type Logger, type Metrics } from '../../platform/runtime/index.ts'
import { openConnection, type Connection, type Wire } from './connection.ts'
import type { Hub } from './hub.ts'
import { CLOSE } from './protocol.ts'

export interface StreamDesk {
  /** Takes a connection; null when its user has too many, and it has been ended. */
  admit(identity: Identity, wire: Wire): Connection | null
  /** Call it when a connection is gone. */
  leave(connection: Connection): void
  stop(): Promise<void>
}

export interface DeskPorts {
  hub: Hub
  log: Logger
  metrics: Metrics
  /** Which of these callers may no longer be here: logged out, another role, disabled. */
  revoked(identities: readonly Identity[]): Promise<ReadonlySet<Identity>>
}

const CONNECTIONS_PER_USER = 50
const CHECK_MS = 1_000
/** Over how long clients that are sent away spread their return. */
const RETURN_SPREAD_SEC = 5

interface Seat {
  identity: Identity
  wire: Wire
  connection: Connection
}

export function openStreamDesk({ hub, log, metrics, revoked }: DeskPorts): StreamDesk {
  const seats = new Map<Connection, Seat>()
  /** Connections by user. */
  const counts = new Map<string | null, number>()
  metrics.gauge({ name: 'stream_connections', help: 'Readers of the stream.' }, (gauge) =>
    gauge.set(seats.size),
  )
  metrics.gauge({ name: 'stream_groups', help: 'Groups of the stream that are held.' }, (gauge) =>
    gauge.set(hub.size),
  )
  const ended = metrics.counter({
    name: 'stream_connections_ended_total',
    help: 'Readers that the stream sent away, by close code.',
    labels: ['code'],
  })

  const stopChecking = every(
    CHECK_MS,
    async () => {
      for (const { connection } of seats.values()) connection.check()
      hub.sweep(nowMs())
      const gone = await revoked([...seats.values()].map(({ identity }) => identity))
      for (const { identity, connection, wire } of seats.values()) {
        if (!gone.has(identity)) continue
        connection.close()
        wire.end(CLOSE.notAllowed, 'log in again')
      }
    },
    (error) => log.warn({ err: error }, 'the stream could not look after its readers'),
  )

  return {
    admit(identity, given) {
      const wire: Wire = {
        ...given,
        end(code, reason) {
          ended.inc({ code: String(code) })
          given.end(code, reason)
        },
      }
      const count = counts.get(identity.userId) ?? 0
      if (count >= CONNECTIONS_PER_USER) {
        wire.end(CLOSE.tooManyConnections, `${CONNECTIONS_PER_USER} connections a user at most`)
        return null
      }
      const connection = openConnection({ hub, wire, may: identity.may, nowMs: monotonicMs })
      seats.set(connection, { identity, wire, connection })
      counts.set(identity.userId, count + 1)
      return connection
    },
    leave(connection) {
      connection.close()
      const seat = seats.get(connection)
      if (seat === undefined || !seats.delete(connection)) return
      const left = counts.get(seat.identity.userId)! - 1
      if (left > 0) counts.set(seat.identity.userId, left)
      else counts.delete(seat.identity.userId)
    },
    async stop() {
      await stopChecking()
      for (const { connection, wire } of seats.values()) {
        connection.close()
        wire.end(CLOSE.goingAway, `come back in ${(random() * RETURN_SPREAD_SEC).toFixed(1)} s`)
      }
      seats.clear()
    },
  }
}
