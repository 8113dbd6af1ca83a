-- Times are Unix milliseconds of the host's clock. Ids are never reused (autoincrement): the relay remembers how far it has read.
create table {schema}_outbox (
  id                integer primary key autoincrement,
  part              integer not null,                                 -- stable hash of the key % 32; round robin without a key
  key               text    null,                                     -- ordering key
  key_seq           integer null,                                     -- the key's own count, where the producer keeps one
  message_id        text    not null unique,
  aggregate_type    text    null,
  aggregate_id      text    null,
  type              text    not null,
  exchange          text    not null,
  routing_key       text    not null,
  content_type      text    not null,
  correlation_id    text    null,
  app_id            text    null,
  headers           text    null,
  payload           blob    not null,
  occurred_at       integer null,                                     -- the producer's time; null = created_at
  attempts          integer not null default 0,
  next_at           integer null,                                     -- null = due
  unroutable_since  integer null,                                     -- first return by the broker
  last_error        text    null,
  created_at        integer not null,
  sent_at           integer null                                      -- only where rows are kept after the confirm
) strict;

create index {schema}_outbox_part on {schema}_outbox (part, id) where sent_at is null;

create index {schema}_outbox_waiting on {schema}_outbox (part, key) where next_at is not null and sent_at is null;

create index {schema}_outbox_sent on {schema}_outbox (sent_at) where sent_at is not null;

create table {schema}_outbox_parked (
  id                integer primary key,                              -- the place it had in the outbox, kept for the redrive
  part              integer not null,
  key               text    null,
  key_seq           integer null,
  message_id        text    not null,
  aggregate_type    text    null,
  aggregate_id      text    null,
  type              text    not null,
  exchange          text    not null,
  routing_key       text    not null,
  content_type      text    not null,
  correlation_id    text    null,
  app_id            text    null,
  headers           text    null,
  payload           blob    not null,
  occurred_at       integer null,
  attempts          integer not null,
  created_at        integer not null,
  reason            text    not null,
  last_error        text    null,
  parked_at         integer not null
) strict;

create index {schema}_outbox_parked_of_key on {schema}_outbox_parked (part, key);

create index {schema}_outbox_parked_message on {schema}_outbox_parked (message_id);

create table {schema}_outbox_parked_key (
  part              integer not null,
  key               text    not null,
  since             integer not null,
  redriven          integer not null default 0,                       -- set by a redrive, seen and removed by the relay that owns the partition
  primary key (part, key)
) strict, without rowid;

create table {schema}_outbox_lease (
  part              integer primary key,
  owner             text    null,
  epoch             integer not null default 0,
  until             integer null
) strict;

-- One row for each unit of work, written with it: tells after a lost commit whether it happened. The server of PostgreSQL knows by itself.
create table {schema}_outbox_commit (
  id                text    primary key,
  committed_at      integer not null
) strict, without rowid;

create index {schema}_outbox_commit_time on {schema}_outbox_commit (committed_at);
