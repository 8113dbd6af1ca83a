create table {schema}.idempotency (
  scope         text        not null,
  key           text        not null,
  fingerprint   text        not null,
  status        smallint    not null,                                  -- 0 in progress, 1 finished, 2 in doubt, 3 free: only its fence counts
  owner         uuid        not null,
  fence         bigint      not null,
  attempt       integer     not null,
  lease_until   timestamptz not null,
  expires_at    timestamptz null,                                      -- null while in doubt
  failed        boolean     null,
  type_tag      text        null,
  result        bytea       null,
  created_at    timestamptz not null,
  completed_at  timestamptz null,
  primary key (scope, key)
);

create index idempotency_expires on {schema}.idempotency (expires_at) where expires_at is not null;
