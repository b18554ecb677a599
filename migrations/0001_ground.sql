-- The ground: what processes share so that they need no session state on the database.

-- Who changed what others hold in memory: every writer bumps its row in the same transaction, every process polls it.
create table versions (
  name text primary key,
  version bigint not null default 1
);

-- A named piece of work that one process at a time does (refreshing a ranking, housekeeping). Times are the database's.
create sequence fences as bigint;
create table leases (
  name text primary key,
  holder text not null,
  fence bigint not null,
  lease_until timestamptz not null
);

-- What has been spent of a limit (a list of windows), shared by all processes that spend it.
create table limits (
  name text primary key,
  state jsonb not null,
  version bigint not null default 1
);

-- Exact counts, one row a day, process and name so that processes never wait for each other. Summed when read.
create table counters (
  day date not null,
  node text not null,
  name text not null,
  n bigint not null,
  primary key (day, node, name)
);

-- Small settings and sealed secrets that change at run time.
create table settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);
