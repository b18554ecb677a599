-- The journal and the outbox. Ids are UUIDv7: their first 48 bits are the time, so a range of ids is a range of time, and
-- partitions, retention and "newest first" all use the primary key. Partitions are made by the program (platform/db/partitions).

create table signals (
  id uuid not null primary key,
  source text not null,                                   -- webhook, manual, ...
  key_id uuid,                                            -- the webhook key it came with
  sender_id text,                                         -- the sender's own id, where it sent one
  ticker text not null,
  exchange text,
  side text not null check (side in ('buy', 'sell')),
  price numeric,
  quantity numeric,
  strategy text,
  occurred_at timestamptz,                                -- the sender's time
  received_at timestamptz not null,                       -- ours
  body text not null,                                     -- as received, without credentials
  metadata jsonb,                                         -- the sender's other fields
  decision text not null check (decision in ('approved', 'rejected', 'held')),  -- the one in force
  reason text not null,
  facts jsonb not null,                                   -- rank, snapshot, rule, ... as they were
  decided_at timestamptz not null
) partition by range (id);
create index signals_ticker on signals (ticker, id desc);

-- Decisions that are no longer in force, as they were: reprocessing and release by hand move the old one here.
create table decisions (
  signal_id uuid not null,
  decided_at timestamptz not null,
  decision text not null,
  reason text not null,
  facts jsonb not null
) partition by range (signal_id);
create index decisions_signal on decisions (signal_id);

-- What makes a repeat a repeat: a sender's id, or a hash of the payload within a window.
create table signal_keys (
  key text primary key,
  signal_id uuid not null,
  body_hash text not null,
  expires_at timestamptz not null
);
create index signal_keys_expiry on signal_keys (expires_at);

-- What must still be sent. Small and hot; a row leaves it when its delivery has ended.
create table outbox (
  seq bigint generated always as identity primary key,
  signal_id uuid not null,
  destination_id uuid not null,
  ticker text not null,
  side text not null,
  body text not null,                                     -- rendered once: every attempt sends these bytes
  created_at timestamptz not null,
  due_at timestamptz not null,
  max_age_at timestamptz not null,
  attempts int not null default 0,
  forced boolean not null default false
);
create index outbox_lane on outbox (destination_id, ticker, seq);
create index outbox_signal on outbox (signal_id);

-- The order key: one destination and one ticker. A deliverer leases lanes, not rows: whoever holds the lane sends its rows in order.
create table lanes (
  destination_id uuid not null,
  ticker text not null,
  puts bigint not null,                                   -- counts what was put in; going idle is conditional on it
  due_at timestamptz,                                     -- when its head wants sending; null: nothing to do
  lease_until timestamptz,
  holder text,
  fence bigint not null default 0,
  primary key (destination_id, ticker)
);

-- How deliveries ended.
create table deliveries (
  seq bigint not null,
  signal_id uuid not null,
  destination_id uuid not null,
  ticker text not null,
  side text not null,
  state text not null check (state in ('delivered', 'expired', 'dead')),
  reason text not null,
  body text not null,
  created_at timestamptz not null,
  ended_at timestamptz not null,
  attempts int not null,
  status int,                                             -- of the last attempt
  latency_ms real,
  excerpt text,
  replayed_at timestamptz,                                -- a dead or expired one that was put back
  primary key (signal_id, destination_id, seq)
) partition by range (signal_id);
create index deliveries_ended on deliveries (state, ended_at);

-- Attempts that did not end a delivery.
create table attempts (
  seq bigint not null,
  signal_id uuid not null,
  destination_id uuid not null,
  attempt int not null,
  started_at timestamptz not null,
  latency_ms real not null,
  outcome text not null,
  status int,
  excerpt text,
  retry_at timestamptz not null
) partition by range (signal_id);
create index attempts_signal on attempts (signal_id);

-- A ticker is open at a destination from the confirmed delivery of its BUY until that of its SELL.
create table positions (
  destination_id uuid not null,
  ticker text not null,
  signal_id uuid not null,                                -- the BUY that opened it
  seq bigint not null,
  opened_at timestamptz not null,
  price numeric,
  primary key (destination_id, ticker)
);
create index positions_ticker on positions (ticker);

create table destinations (
  id uuid primary key,
  name text not null unique,
  kind text not null check (kind in ('webhook', 'inbox')),
  origin text not null check (origin in ('environment', 'api', 'demo')),
  address_sealed text not null,                           -- addresses carry passwords (TradersPost): sealed at rest
  address_shown text not null,                            -- what may be seen of it
  state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
  state_reason text,
  filter jsonb not null,
  template text,
  settings jsonb not null,                                -- limits, concurrency, timeoutMs, maxAgeMs, retryDelaysMs
  secrets_sealed text not null,                           -- signing secrets, newest first, with expiry of old ones
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1
);

-- What deliverers learn of a destination and share: circuit, Retry-After, how long it has been failing.
create table destination_health (
  destination_id uuid primary key,
  not_before timestamptz,
  failures int not null default 0,
  failing_since timestamptz
);
