-- Searching the journal. A signal's words (its text, and a tag for each thing it can be filtered by) are gathered a moment
-- after it was accepted, so that taking in pays nothing for them.

create table signal_search (
  signal_id uuid not null primary key,
  words tsvector not null
) partition by range (signal_id);
create index signal_search_words on signal_search using gin (words);

-- Up to where signals have been gathered.
create table signal_search_progress (
  one boolean primary key default true check (one),
  indexed_to uuid not null
);
-- Older ones have no partition here.
insert into signal_search_progress (indexed_to) values (
  (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 604800000), 12, '0') || '70008000000000000000')::uuid);

-- Signals whose words are no longer true: decided or queued again (changes > seen: to be read at once), or gathered while a
-- delivery had not ended (to be read when it has).
create table signal_search_stale (
  signal_id uuid primary key,
  changes int not null default 0,
  seen int not null default 0
);

-- A tag begins with "=", which no word of a text does.
create function signal_words(s signals) returns tsvector language sql stable as $body$
  select strip(to_tsvector('simple',
      concat_ws(' ', s.id::text, s.ticker, s.exchange, s.strategy, s.sender_id, left(s.body, 2000))))
    || array_to_tsvector(array['=ticker:' || s.ticker, '=side:' || s.side, '=source:' || s.source,
      '=decision:' || s.decision, '=reason:' || s.reason])
    || (select array_to_tsvector(coalesce(array_agg('=state:' || state) || array_agg('=destination:' || destination_id), '{}'))
        from (select destination_id, 'pending' as state from outbox where signal_id = s.id
              union all select destination_id, state from deliveries where signal_id = s.id and replayed_at is null) d)
$body$;
