/** The SQL fragment by which deliveries enter the outbox, whoever writes them: the journal, reprocessing, a replay. */

/*
 * Expects a CTE `bound(signal_id, destination_id, ticker, side, body, max_age_at, forced, n)`. Lanes are written before the
 * outbox rows are numbered, and in one order: a lane's rows are numbered in the order of their commits, and two groups never
 * wait for each other in a circle.
 */
export const QUEUE_BOUND = `laned as (
  insert into lanes (destination_id, ticker, puts, due_at)
  select destination_id, ticker, 1, now() from bound group by 1, 2 order by 1, 2
  on conflict (destination_id, ticker) do update
    set puts = lanes.puts + 1, due_at = coalesce(lanes.due_at, excluded.due_at)
  returning destination_id, ticker
), queued as (
  insert into outbox (signal_id, destination_id, ticker, side, body, created_at, due_at, max_age_at, forced)
  select b.signal_id, b.destination_id, b.ticker, b.side, b.body, now(), now(), b.max_age_at, b.forced
  from bound b join laned l on l.destination_id = b.destination_id and l.ticker = b.ticker order by b.n
  returning signal_id
)`

/** Rows with their place in the order, for `bound`'s `n`. */
export function numbered<T extends object>(rows: readonly T[]): (T & { n: number })[] {
  return rows.map((row, n) => ({ ...row, n }))
}
