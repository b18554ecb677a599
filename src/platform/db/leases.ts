/** A named piece of work that one process at a time does. The clock is the database's; a fence tells holders apart. */
import type { Database } from './database.ts'

export interface LeaseHold {
  name: string
  holder: string
  /** Grows with each holder: what a write must name to be refused once somebody else has the lease. */
  fence: number
}

/** Takes a lease that is free or has run out; null while another holds it. */
export async function acquireLease(
  db: Database,
  { name, holder, leaseMs }: { name: string; holder: string; leaseMs: number },
): Promise<LeaseHold | null> {
  const rows = await db.write<{ fence: number }>(
    `insert into leases (name, holder, fence, lease_until)
     values ($1, $2, nextval('fences'), clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (name) do update
       set holder = excluded.holder, fence = excluded.fence, lease_until = excluded.lease_until
       where leases.lease_until <= clock_timestamp() or leases.holder = excluded.holder
     returning fence`,
    [name, holder, leaseMs],
  )
  return rows[0] ? { name, holder, fence: rows[0].fence } : null
}

/** Holds on to it for another `leaseMs` from now; false when it is lost. */
export async function renewLease(
  db: Database,
  { name, fence }: LeaseHold,
  leaseMs: number,
): Promise<boolean> {
  const rows = await db.write(
    `update leases set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
      where name = $1 and fence = $2 and lease_until > clock_timestamp() returning fence`,
    [name, fence, leaseMs],
  )
  return rows.length > 0
}

/** Lets go, so that another need not wait. */
export async function releaseLease(db: Database, { name, fence }: LeaseHold): Promise<void> {
  await db.write('delete from leases where name = $1 and fence = $2', [name, fence])
}
