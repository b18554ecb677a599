-- Mails that are to be sent. Their text holds links that are good once, so it is sealed; a row goes when its mail has.
create table mails (
  id uuid primary key,
  recipient text not null,
  subject text not null,
  text_sealed text not null,
  created_at timestamptz not null,
  due_at timestamptz not null,                            -- whoever sends it moves this on first
  attempts int not null default 0
);
create index mails_due on mails (due_at);

-- An address counts once a link that was mailed there has come back.
alter table users add column email_verified_at timestamptz;
alter table links add column email text;                  -- the address that the link proves
alter table links drop constraint links_kind_check;
alter table links add constraint links_kind_check check (kind in ('invitation', 'reset', 'verification'));
