/** SQL of destinations. Addresses and signing secrets are sealed: only the sealer's key opens them. */
import { bumpVersion, type Database } from '../../platform/db/index.ts'
import type { Sealer } from '../../platform/runtime/index.ts'
import { showUrl, type Destination, type DestinationState } from './destination.ts'

export const DESTINATIONS_VERSION = 'destinations'

type DestinationRow = Record<string, unknown> &
  Omit<Destination, 'url' | 'secrets' | 'template' | 'stateReason'> & {
    addressSealed: string
    secretsSealed: string
    template: string | null
    stateReason: string | null
  }

const COLUMNS = `id, name, kind, origin, address_sealed as "addressSealed", address_shown as "urlShown", state,
  state_reason as "stateReason", filter, template, settings, secrets_sealed as "secretsSealed",
  created_at as "createdAtMs", updated_at as "updatedAtMs", version`

/** All destinations, oldest first. Throws when the seal key is not the one they were sealed with. */
export async function listDestinations(db: Database, sealer: Sealer): Promise<Destination[]> {
  const rows = await db.query<DestinationRow>(`select ${COLUMNS} from destinations order by id`)
  return rows.map((row) => fromRow(row, sealer))
}

export async function insertDestination(db: Database, sealer: Sealer, d: Destination): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into destinations (id, name, kind, origin, address_sealed, address_shown, state, filter, template, settings,
         secrets_sealed, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())`,
      [d.id, d.name, d.kind, d.origin, ...changeable(d, sealer)],
    )
    await bumpVersion(tx, DESTINATIONS_VERSION)
  })
}

/** Writes what may change, if nobody changed it since `d.version`; gives the new version, or null. */
export async function updateDestination(
  db: Database,
  sealer: Sealer,
  d: Destination,
): Promise<number | null> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<{ version: number }>(
      `update destinations set name = $2, address_sealed = $4, address_shown = $5, state = $6, filter = $7, template = $8,
         settings = $9, secrets_sealed = $10, state_reason = $11, updated_at = now(), version = version + 1
       where id = $1 and version = $3 returning version`,
      [d.id, d.name, d.version, ...changeable(d, sealer), d.stateReason ?? null],
    )
    // Whoever changed it expects it to be tried again, and not to be paused for what was before.
    await tx.query(
      `update destination_health set failures = 0, not_before = null, failing_since = null where destination_id = $1`,
      [d.id],
    )
    await bumpVersion(tx, DESTINATIONS_VERSION)
    return rows[0]?.version ?? null
  })
}

/** The sink's own word: paused after a day of failures, disabled after a 410. */
export async function setState(
  db: Database,
  id: string,
  state: DestinationState,
  reason: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `update destinations set state = $2, state_reason = $3, updated_at = now(), version = version + 1
       where id = $1 and state = 'active'`,
      [id, state, reason],
    )
    await bumpVersion(tx, DESTINATIONS_VERSION)
  })
}

/** Removes a destination; what still waits for it ends as `dead`, visibly. False when there was none. */
export async function deleteDestination(db: Database, id: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const gone = await tx.query(`delete from destinations where id = $1 returning 1`, [id])
    await tx.query(
      `with gone as (delete from outbox where destination_id = $1 returning *)
       insert into deliveries (seq, signal_id, destination_id, ticker, side, state, reason, body, created_at, ended_at, attempts)
       select seq, signal_id, destination_id, ticker, side, 'dead', 'destination-disabled', body, created_at, now(), attempts
       from gone`,
      [id],
    )
    await tx.query(`delete from lanes where destination_id = $1`, [id])
    await tx.query(`delete from positions where destination_id = $1`, [id])
    await bumpVersion(tx, DESTINATIONS_VERSION)
    return gone.length > 0
  })
}

function changeable(d: Destination, sealer: Sealer): unknown[] {
  return [
    sealer.seal(d.url),
    showUrl(d.url),
    d.state,
    JSON.stringify(d.filter),
    d.template ?? null,
    JSON.stringify(d.settings),
    sealer.seal(JSON.stringify(d.secrets)),
  ]
}

function fromRow(
  { addressSealed, secretsSealed, template, stateReason, ...row }: DestinationRow,
  sealer: Sealer,
): Destination {
  return {
    ...row,
    url: sealer.open(addressSealed),
    secrets: JSON.parse(sealer.open(secretsSealed)) as Destination['secrets'],
    ...(template !== null && { template }),
    ...(stateReason !== null && { stateReason }),
  }
}
