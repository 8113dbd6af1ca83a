create table {schema}.inbox (
  consumer     text        not null,
  message_id   uuid        not null,
  body_hash    bytea       not null,                                   -- SHA-256: the same id with another body is another message
  received_at  timestamptz not null default clock_timestamp(),
  after_commit smallint    not null default 0,                            -- 1: work after the commit is still to be done
  primary key (consumer, message_id)
);

create index inbox_received on {schema}.inbox (received_at);
