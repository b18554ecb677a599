-- One-time tickets for the stream, for clients that can send neither a cookie nor a header with a websocket.
create table stream_tickets (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  epoch int not null,
  scopes jsonb not null,                                  -- what its maker may, at most
  expires_at timestamptz not null
);
