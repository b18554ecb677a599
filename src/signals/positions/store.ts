/** SQL of what is open: confirmed positions, and buys and sells that are still on their way. */
import type { Queries } from '../../platform/db/index.ts'

export interface OpenTicker {
  ticker: string
  /**
   * `open`: the BUY's delivery is confirmed. `unconfirmed`: approved, on its way. `closing`: its SELL is on its way.
   */
  state: 'open' | 'unconfirmed' | 'closing'
  destinationIds: string[]
  openedAtMs: number | null
  price: string | null
  signalId: string
}

/** Every ticker that is open or about to be, by ticker. `ticker` narrows to one. */
export async function listOpen(db: Queries, ticker?: string): Promise<OpenTicker[]> {
  return db.query<OpenTicker & Record<string, unknown>>(
    `with pending as (
       select distinct on (destination_id, ticker) destination_id, ticker, side, signal_id from outbox
       where ($1::text is null or ticker = $1) order by destination_id, ticker, seq desc
     ), known as (
       select p.ticker, p.destination_id, p.signal_id, p.opened_at, p.price,
         case when o.side = 'sell' then 'closing' else 'open' end as state
       from positions p left join pending o on o.destination_id = p.destination_id and o.ticker = p.ticker
       where ($1::text is null or p.ticker = $1)
       union all
       select o.ticker, o.destination_id, o.signal_id, null, null, 'unconfirmed' from pending o
       where o.side = 'buy'
         and not exists (select 1 from positions p where p.destination_id = o.destination_id and p.ticker = o.ticker)
     )
     select ticker, case when bool_or(state = 'open') then 'open' when bool_or(state = 'unconfirmed') then 'unconfirmed'
         else 'closing' end as state,
       array_agg(destination_id::text order by destination_id) as "destinationIds", min(opened_at) as "openedAtMs",
       max(price) as price, min(signal_id::text) as "signalId"
     from known group by ticker order by ticker`,
    [ticker ?? null],
  )
}
