-- The two hot statements as functions, so that they are planned once a connection: through PgBouncer and on the embedded
-- database, where statements cannot be prepared by name, planning cost more than running them (9 ms against 3 ms for one row).

-- Lanes are written before the outbox rows are numbered, and in one order: a lane's rows are numbered in the order of their
-- commits, and two groups never wait for each other in a circle. Gives the new signals with the rows queued for them.
create function accept_signals(signals_in json, deliveries_in json, node_in text, repeats_in int)
returns table (id uuid, seq bigint, destination_id uuid, puts bigint)
language plpgsql set plan_cache_mode to 'force_generic_plan' as $body$
#variable_conflict use_column
begin
return query
with input as materialized (
  select * from json_to_recordset(signals_in) as x(
    id uuid, source text, key_id uuid, sender_id text, ticker text, exchange text, side text, price numeric,
    quantity numeric, strategy text, occurred_ms bigint, received_ms bigint, body text, metadata jsonb,
    decision text, reason text, facts jsonb, repeat_key text, body_hash text, keep_ms bigint)
), keyed as (
  insert into signal_keys (key, signal_id, body_hash, expires_at)
  select repeat_key, id, body_hash, now() + keep_ms * interval '1 ms' from input
  where repeat_key is not null order by repeat_key
  on conflict (key) do update
    set signal_id = excluded.signal_id, body_hash = excluded.body_hash, expires_at = excluded.expires_at
    where signal_keys.expires_at <= now()
  returning signal_id
), fresh as materialized (
  select * from input where repeat_key is null or id in (select signal_id from keyed)
), journaled as (
  insert into signals (id, source, key_id, sender_id, ticker, exchange, side, price, quantity, strategy, occurred_at,
    received_at, body, metadata, decision, reason, facts, decided_at)
  select id, source, key_id, sender_id, ticker, exchange, side, price, quantity, strategy,
    to_timestamp(occurred_ms / 1000.0), to_timestamp(received_ms / 1000.0), body, metadata, decision, reason, facts, now()
  from fresh
), bound as materialized (
  select d.signal_id, d.destination_id, f.ticker, f.side, d.body, d.n, false as forced,
    to_timestamp((f.received_ms + d.max_age_ms) / 1000.0) as max_age_at
  from json_to_recordset(deliveries_in) as d(signal_id uuid, destination_id uuid, body text, max_age_ms bigint, n int)
  join fresh f on f.id = d.signal_id
), laned as (
  insert into lanes (destination_id, ticker, puts, due_at)
  select destination_id, ticker, 1, now() from bound group by 1, 2 order by 1, 2
  on conflict (destination_id, ticker) do update
    set puts = lanes.puts + 1, due_at = coalesce(lanes.due_at, excluded.due_at)
  returning destination_id, ticker, puts
), queued as (
  insert into outbox (signal_id, destination_id, ticker, side, body, created_at, due_at, max_age_at, forced)
  select b.signal_id, b.destination_id, b.ticker, b.side, b.body, now(), now(), b.max_age_at, b.forced
  from bound b join laned l on l.destination_id = b.destination_id and l.ticker = b.ticker order by b.n
  returning seq, signal_id, destination_id, ticker
), counted as (
  insert into counters (day, node, name, n)
  select current_date, node_in, name, n from (
    select 'received' as name, count(*) as n from fresh
    union all select decision, count(*) from fresh group by decision
    union all select 'duplicate', (select count(*) from input) - (select count(*) from fresh) + repeats_in
  ) c where n > 0
  on conflict (day, node, name) do update set n = counters.n + excluded.n
)
select f.id, q.seq, q.destination_id, l.puts
from fresh f
left join queued q on q.signal_id = f.id
left join laned l on l.destination_id = q.destination_id and l.ticker = q.ticker;
end $body$;

-- A result counts only while its holder's fence is still the lane's: a woken sleeper writes nothing. A ticker is open from
-- the confirmed delivery of its BUY until that of its SELL, so the last delivered row of a lane decides its position.
create function finish_deliveries(results_in json, node_in text) returns table (seq bigint)
language plpgsql set plan_cache_mode to 'force_generic_plan' as $body$
#variable_conflict use_column
begin
return query
with result as materialized (
  select * from json_to_recordset(results_in) as x(
    seq bigint, signal_id uuid, destination_id uuid, ticker text, side text, fence bigint, state text, outcome text,
    attempts int, started_ms double precision, latency_ms real, status int, excerpt text, retry_ms double precision)
), held as materialized (
  select r.* from result r
  join lanes l on l.destination_id = r.destination_id and l.ticker = r.ticker and l.fence = r.fence
), gone as (
  delete from outbox o using held h where o.seq = h.seq and h.state <> 'retry'
  returning o.seq, o.signal_id, o.destination_id, o.ticker, o.side, o.body, o.created_at
), ended as (
  insert into deliveries (seq, signal_id, destination_id, ticker, side, state, reason, body, created_at, ended_at, attempts,
    status, latency_ms, excerpt)
  select g.seq, g.signal_id, g.destination_id, g.ticker, g.side, h.state, h.outcome, g.body, g.created_at, now(),
    h.attempts, h.status, h.latency_ms, h.excerpt
  from gone g join held h on h.seq = g.seq
), kept as (
  update outbox o set attempts = h.attempts, due_at = to_timestamp(h.retry_ms / 1000.0)
  from held h where o.seq = h.seq and h.state = 'retry' returning o.seq
), tried as (
  insert into attempts (seq, signal_id, destination_id, attempt, started_at, latency_ms, outcome, status, excerpt, retry_at)
  select seq, signal_id, destination_id, attempts, to_timestamp(started_ms / 1000.0), latency_ms, outcome, status, excerpt,
    to_timestamp(retry_ms / 1000.0)
  from held where state = 'retry'
), last as materialized (
  select distinct on (g.destination_id, g.ticker) g.destination_id, g.ticker, g.side, g.signal_id, g.seq
  from gone g join held h on h.seq = g.seq where h.state = 'delivered'
  order by g.destination_id, g.ticker, g.seq desc
), opened as (
  insert into positions (destination_id, ticker, signal_id, seq, opened_at, price)
  select l.destination_id, l.ticker, l.signal_id, l.seq, now(), s.price
  from last l join signals s on s.id = l.signal_id where l.side = 'buy'
  on conflict (destination_id, ticker) do nothing
), closed as (
  delete from positions p using last l
  where l.side = 'sell' and p.destination_id = l.destination_id and p.ticker = l.ticker
), counted as (
  insert into counters (day, node, name, n)
  select current_date, node_in, case state when 'retry' then 'failed' else state end, count(*) from held group by state
  on conflict (day, node, name) do update set n = counters.n + excluded.n
)
select seq from gone union all select seq from kept;
end $body$;
