/**
 * Settings of the older programs that mean nothing here: they are accepted with a word on what replaces them.
 */

export const RETIRED: Readonly<Record<string, string>> = {
  PROMETHEUS_PORT: 'metrics are served at /metrics on PORT',
  WORKER_CONCURRENCY:
    'signals are decided in memory, a whole commit group at a time; FORWARDING_WORKERS sets what is sent at once',
  MAX_CONCURRENCY: 'pages of the screener are read one after another, within MAX_REQ_PER_MIN',
  REDIS_MAX_CONNECTIONS: 'one connection carries all commands, another what is heard',
  DATABASE_MAX_OVERFLOW: 'the pool never grows beyond DB_POOL_SIZE',
  DB_MAX_OVERFLOW: 'the pool never grows beyond DB_POOL_SIZE',
  DATABASE_ECHO: 'statements are never logged',
  DATABASE_ONLY_MODE: 'every signal is in the database, always',
  DUAL_WRITE_ENABLED: 'every signal is in the database, always',
  SIGNAL_TRACKER_MAX_AGE_HOURS: 'signals are kept for SIGNAL_RETENTION_DAYS',
  SIGNAL_TRACKER_CLEANUP_INTERVAL_HOURS: 'old signals are dropped on their own, see SIGNAL_RETENTION_DAYS',
}
