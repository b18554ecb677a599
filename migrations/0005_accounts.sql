-- Who may come in, how they prove it, and what they did.

create table users (
  id uuid primary key,
  email text not null,
  email_key text not null unique,                         -- lower case: one account an address, however it is written
  name text not null,
  role text not null check (role in ('admin', 'operator', 'user', 'viewer')),
  plan text not null default 'free' check (plan in ('free', 'premium')),
  state text not null default 'active' check (state in ('active', 'disabled')),
  password_hash text,                                     -- Argon2id, PHC; null until an invitation is taken up
  totp_sealed text,                                       -- set while a second factor is being set up, and after
  totp_confirmed_at timestamptz,
  totp_step bigint not null default 0,                    -- the last time step taken: a code counts once
  recovery_hashes jsonb not null default '[]',
  preferences jsonb not null default '{}',
  epoch int not null default 1,                           -- raised to end every session and token of the user
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table sessions (
  id uuid primary key,
  token_hash bytea not null unique,
  user_id uuid not null references users on delete cascade,
  epoch int not null,
  address text not null,
  agent text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  ends_at timestamptz not null                            -- whatever its use
);
create index sessions_user on sessions (user_id);

create table api_tokens (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null,
  token_hash bytea not null unique,
  token_shown text not null,
  scopes jsonb not null,                                  -- capabilities, at most those of the user's role
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_tokens_user on api_tokens (user_id);

-- One row for each refresh token ever given out in a family that is still alive: a used one that comes again ends them all.
create table refresh_tokens (
  token_hash bytea primary key,
  family uuid not null,
  user_id uuid not null references users on delete cascade,
  epoch int not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_family on refresh_tokens (family);

-- Links that are shown or mailed once: an invitation, a new password.
create table links (
  token_hash bytea primary key,
  kind text not null check (kind in ('invitation', 'reset')),
  user_id uuid not null references users on delete cascade,
  expires_at timestamptz not null
);

create table login_failures (
  key text primary key,                                   -- account:<hash of the address written> or address:<IP>
  failures int not null,
  not_before timestamptz not null,
  last_at timestamptz not null
);

create table audit_log (
  id uuid primary key,
  at timestamptz not null,
  actor_id uuid,
  actor text not null,
  address text not null,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb
);
create index audit_log_subject on audit_log (subject, id desc);
