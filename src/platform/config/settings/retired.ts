/**
 * Settings of the older programs that mean nothing here: they are accepted with a word on what replaces them.
 */

export const RETIRED: Readonly<Record<string, string>> = {
  PROMETHEUS_PORT: 'metrics are served at /metrics on PORT',
  DATABASE_MAX_OVERFLOW: 'the pool never grows beyond DB_POOL_SIZE',
  DB_MAX_OVERFLOW: 'the pool never grows beyond DB_POOL_SIZE',
  DATABASE_ECHO: 'statements are never logged',
  DATABASE_ONLY_MODE: 'every signal is in the database, always',
  DUAL_WRITE_ENABLED: 'every signal is in the database, always',
  SIGNAL_TRACKER_MAX_AGE_HOURS: 'signals are kept for SIGNAL_RETENTION_DAYS',
  SIGNAL_TRACKER_CLEANUP_INTERVAL_HOURS: 'old signals are dropped on their own, see SIGNAL_RETENTION_DAYS',
}
