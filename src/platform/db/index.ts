/** The door of the database: opening it, its errors, and what every room builds on it. */
export { openDatabase, type DatabaseHealth, type DatabaseSettings, type OpenDatabase } from './connect.ts'
export type { Database, Durability, Queries, Row, StatementOptions } from './database.ts'
export { describeDatabase, type DatabaseDescription } from './describe.ts'
export { ensureBallast, FREE_BYTES_MIN, freeBytes, releaseBallast } from './disk.ts'
export { FolderInUse } from './embedded/folder-lock.ts'
export { DatabaseUnavailable, isDataError, Overloaded, type Outcome } from './errors.ts'
export { createGroupCommit, type GroupCommit, type GroupCommitSettings } from './group-commit.ts'
export { acquireLease, releaseLease, renewLease, type LeaseHold } from './leases.ts'
export type { DatabaseStats } from './measure.ts'
export { migrate, MigrationRefused } from './migrate.ts'
export {
  dropOldPartitions,
  ensurePartitions,
  startPartitionKeeper,
  type PartitionKeeper,
} from './partitions.ts'
export { bumpVersion, createVersionWatch, type VersionWatch } from './versions.ts'
