create table {schema}.outbox (
  id                bigint      generated always as identity primary key,
  part              smallint    not null,                             -- stable hash of the key % 32; round robin without a key
  key               text        null,                                 -- ordering key
  key_seq           bigint      null,                                 -- the key's own count, where the producer keeps one
  message_id        uuid        not null unique,
  aggregate_type    text        null,
  aggregate_id      text        null,
  type              text        not null,
  exchange          text        not null,
  routing_key       text        not null,
  content_type      text        not null,
  correlation_id    text        null,
  app_id            text        null,
  headers           jsonb       null,
  payload           bytea       not null,
  occurred_at       timestamptz null,                                 -- the producer's time; null = created_at
  attempts          smallint    not null default 0,
  next_at           timestamptz null,                                 -- null = due
  unroutable_since  timestamptz null,                                 -- first return by the broker
  last_error        text        null,
  created_at        timestamptz not null default clock_timestamp(),
  sent_at           timestamptz null                                  -- only where rows are kept after the confirm
) with (fillfactor = 100, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

create index outbox_part on {schema}.outbox (part, id) where sent_at is null;

create index outbox_waiting on {schema}.outbox (part, key) where next_at is not null and sent_at is null;

create index outbox_sent on {schema}.outbox (sent_at) where sent_at is not null;

create table {schema}.outbox_parked (
  id                bigint      primary key,                          -- the place it had in the outbox, kept for the redrive
  part              smallint    not null,
  key               text        null,
  key_seq           bigint      null,
  message_id        uuid        not null,
  aggregate_type    text        null,
  aggregate_id      text        null,
  type              text        not null,
  exchange          text        not null,
  routing_key       text        not null,
  content_type      text        not null,
  correlation_id    text        null,
  app_id            text        null,
  headers           jsonb       null,
  payload           bytea       not null,
  occurred_at       timestamptz null,
  attempts          smallint    not null,
  created_at        timestamptz not null,
  reason            text        not null,
  last_error        text        null,
  parked_at         timestamptz not null default clock_timestamp()
);

create index outbox_parked_of_key on {schema}.outbox_parked (part, key);

create index outbox_parked_message on {schema}.outbox_parked (message_id);

create table {schema}.outbox_parked_key (
  part              smallint    not null,
  key               text        not null,
  since             timestamptz not null default clock_timestamp(),
  redriven          boolean     not null default false,               -- set by a redrive, seen and removed by the relay that owns the partition
  primary key (part, key)
);

create table {schema}.outbox_lease (
  part              smallint    primary key,
  owner             text        null,
  epoch             bigint      not null default 0,
  until             timestamptz null
);
