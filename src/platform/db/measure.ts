/** The metrics of the database, read from its counts at each scrape. */
import type { Metrics } from '../runtime/index.ts'

export interface DatabaseStats {
  connections: number
  /** Statements that wait for a connection. */
  waiting: number
  /** Statements that missed their deadline. */
  misses: number
  /** How often the embedded database was reopened. */
  restarts: number
  /** Syncs of the WAL; several writes may share one. */
  syncs: number
  checkpoints: number
  walBytes: number
  deadRows: number
}

export function measureDatabase(metrics: Metrics, stats: () => DatabaseStats): void {
  const counts = [
    ['db_restarts_total', 'How often the embedded database was reopened.', 'restarts'],
    ['db_deadline_misses_total', 'Statements that missed their deadline.', 'misses'],
    ['db_wal_syncs_total', 'Syncs of the write-ahead log; several writes may share one.', 'syncs'],
    ['db_checkpoints_total', 'Checkpoints of the embedded database.', 'checkpoints'],
  ] as const
  for (const [name, help, key] of counts) {
    const counter = metrics.counter({ name, help })
    Object.assign(counter, {
      collect() {
        counter.reset()
        counter.inc(stats()[key])
      },
    })
  }
  const levels = [
    ['db_connections', 'Connections to the database.', 'connections'],
    ['db_waiting', 'Statements that wait for a connection.', 'waiting'],
    ['db_wal_bytes', 'Write-ahead log in the folder of the embedded database.', 'walBytes'],
    ['db_dead_rows', 'Rows of the embedded database that wait for vacuum.', 'deadRows'],
  ] as const
  for (const [name, help, key] of levels) {
    metrics.gauge({ name, help }, (gauge) => gauge.set(stats()[key]))
  }
}
