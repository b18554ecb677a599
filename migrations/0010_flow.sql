-- The counts as they stood at the first look of each minute: what happened in a minute is the difference. Kept for two days.
create table counter_samples (
  at timestamptz not null,
  name text not null,
  n bigint not null,
  primary key (at, name)
);
