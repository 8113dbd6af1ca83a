create table {schema}_inbox (
  consumer     text    not null,
  message_id   text    not null,
  body_hash    blob    not null,                                       -- SHA-256: the same id with another body is another message
  received_at  integer not null,
  after_commit integer not null default 0,                            -- 1: work after the commit is still to be done
  primary key (consumer, message_id)
) strict, without rowid;

create index {schema}_inbox_received on {schema}_inbox (received_at);
