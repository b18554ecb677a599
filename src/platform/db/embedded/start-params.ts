/** How the embedded PostgreSQL is started: small, and keeping the WAL that a guarded checkpoint may need again. */

/** A checkpoint is due when this much WAL was written since the last. */
export const CHECKPOINT_WAL_BYTES = 64 * 1024 * 1024
/**
 * WAL kept behind a checkpoint, in MB: must exceed what is written from one checkpoint to the next, or the guard copy of
 * `pg_control` points at WAL that is gone. A checkpoint comes at most one transaction (10 s, about 16 MB/s) late.
 */
const WAL_KEEP_MB = 256

export const startParams: readonly string[] = [
  'shared_buffers=32MB',
  'maintenance_work_mem=32MB',
  'wal_buffers=1MB',
  // No segment is reused: a new name is a new file, and the newest name is where commits go.
  'wal_recycle=off',
  `wal_keep_size=${WAL_KEEP_MB}MB`,
  // Not `minimal`: that leaves the rows of new tables out of the WAL and relies on fsync, which PGlite does not do.
  'wal_level=replica',
  'full_page_writes=on',
  // Of the 32 MB of stack that the worker has: values nested too deep are refused, not a crash.
  'max_stack_depth=500kB',
  'jit=off',
  'timezone=UTC',
].flatMap((setting) => ['-c', setting])
