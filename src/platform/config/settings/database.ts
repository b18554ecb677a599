/** Settings of the database; without any of them it is embedded. */
import { databaseAddress } from '../database-url.ts'
import { decimalNumber, line, oneOf, secretKind, wholeNumber, word, yesOrNo } from '../kind.ts'
import { host } from '../network.ts'
import { given, optional } from '../setting.ts'

// The driver reads no other signs in a name: it decodes only some of them.
const databaseName = word('letters, digits, _ . - and $, at most 63', /^[A-Za-z0-9_$-][A-Za-z0-9_.$-]{0,62}$/)

export const databaseSettings = {
  DATABASE_URL: optional(databaseAddress, {
    doc: 'PostgreSQL 15 or newer, as postgresql://user:password@host:5432/name; postgresql+asyncpg:// is understood.',
    defaultShown: 'none: embedded in DATA_DIR',
  }),
  DB_HOST: optional(host, {
    doc: 'PostgreSQL by its parts instead of DATABASE_URL: the host.',
  }),
  DB_PORT: given(wholeNumber(1, 65_535), 5_432, { doc: 'Port at DB_HOST.' }),
  DB_NAME: given(databaseName, 'trading_platform', { doc: 'Database at DB_HOST.' }),
  DB_USER: given(line, 'postgres', { doc: 'User at DB_HOST.' }),
  DB_PASSWORD: optional(secretKind(), {
    doc: 'Password at DB_HOST.',
    aliases: ['POSTGRES_PASSWORD'],
  }),
  DB_POOL_SIZE: given(wholeNumber(1, 1_000), 20, {
    doc: 'Connections to PostgreSQL, at most. All processes together must stay below its max_connections.',
    aliases: ['DATABASE_POOL_SIZE'],
  }),
  DB_POOL_TIMEOUT_SEC: given(decimalNumber(0.1, 600), 30, {
    doc: 'How long work waits for a free connection.',
    aliases: ['DB_POOL_TIMEOUT', 'DATABASE_POOL_TIMEOUT'],
  }),
  DB_POOL_RECYCLE_SEC: given(wholeNumber(1, 604_800), 3_600, {
    doc: 'Age at which a connection is replaced.',
    aliases: ['DB_POOL_RECYCLE', 'DATABASE_POOL_RECYCLE'],
  }),
  USE_PGBOUNCER: given(yesOrNo, false, {
    doc: 'Go through PgBouncer (transaction pooling) at PGBOUNCER_HOST and PGBOUNCER_PORT.',
  }),
  PGBOUNCER_HOST: optional(host, {
    doc: 'Where PgBouncer is.',
    defaultShown: 'the host of the database',
  }),
  PGBOUNCER_PORT: given(wholeNumber(1, 65_535), 6_432, { doc: 'Port of PgBouncer.' }),
  DURABILITY: given(oneOf(['power', 'process']), 'power', {
    doc: 'What an accepted signal survives with the embedded database: a power cut, or only a crash of the process.',
  }),
} as const
