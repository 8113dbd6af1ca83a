create table {schema}_idempotency (
  scope         text    not null,
  key           text    not null,
  fingerprint   text    not null,
  status        integer not null,                                      -- 0 in progress, 1 finished, 2 in doubt, 3 free: only its fence counts
  owner         text    not null,
  fence         integer not null,
  attempt       integer not null,
  lease_until   integer not null,
  expires_at    integer null,                                          -- null while in doubt
  failed        integer null,
  type_tag      text    null,
  result        blob    null,
  created_at    integer not null,
  completed_at  integer null,
  primary key (scope, key)
) strict;

create index {schema}_idempotency_expires on {schema}_idempotency (expires_at) where expires_at is not null;
