-- Webhook keys, refused payloads, rankings, the inbox.

create table webhook_keys (
  id uuid primary key,
  name text not null,
  token_hash bytea not null unique,                       -- SHA-256 of a random token of >= 128 bits
  token_shown text not null,                              -- prefix and last four, for people
  options jsonb not null,                                 -- networks, fieldMap, repeatWindowSec, maxLagSec, ...
  signing_secret_sealed text,                             -- for senders that sign (Standard Webhooks)
  created_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz
);

-- Why an alert did not count. Bounded by count and age.
create table rejected_payloads (
  id uuid primary key,
  received_at timestamptz not null,
  key_id uuid,
  remote text,
  status int not null,
  code text not null,
  field text,
  message text not null,
  body text not null                                      -- the first 2 kB, credentials removed
);

create table ranking_snapshots (
  id uuid primary key,
  name text not null,
  taken_at timestamptz not null,
  last_seen_at timestamptz not null,                      -- the same list was seen again until then
  tickers text[] not null,
  entered text[] not null,
  "left" text[] not null,
  total int,                                              -- the screener's own count, where it gives one
  source text not null                                    -- address without secrets
);
create index ranking_snapshots_name on ranking_snapshots (name, id desc);

create table rankings (
  name text primary key,
  config_sealed text not null,                            -- JSON, sealed: it may hold a login or a token
  paused boolean not null default false,
  refresh_asked_at timestamptz,
  last_outcome text,                                      -- ok, blocked, rate-limited, empty, partial, unknown-shape, unreachable
  last_outcome_at timestamptz,
  last_message text,
  updated_at timestamptz not null
);

create table inbox_messages (
  id uuid primary key,
  destination_id uuid not null,
  received_at timestamptz not null,
  webhook_id text,
  verified boolean not null,
  repeated boolean not null,                              -- this webhook-id has been here before
  headers jsonb not null,
  body text not null
);
create index inbox_messages_webhook_id on inbox_messages (webhook_id);
