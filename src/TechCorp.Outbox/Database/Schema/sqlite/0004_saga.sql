create table {schema}_saga (
  id            text    primary key,
  type          text    not null,
  version       integer not null,
  graph_hash    text    not null,                                      -- name, version and steps: who does not know it leaves it alone
  business_key  text    not null,
  status        text    not null,
  reason        text    null,
  epoch         integer not null,                                      -- grows with each owner; every write asks for it
  owner         text    null,
  next_at       integer null,                                          -- when anybody may take it up: the end of a wait, or of the owner's lease; null = nothing is due
  deadline      integer null,
  data          text    not null,
  created_at    integer not null,
  updated_at    integer not null,
  unique (type, business_key)
) strict;

create index {schema}_saga_due on {schema}_saga (next_at) where next_at is not null;

create index {schema}_saga_ended on {schema}_saga (updated_at) where status in ('Completed', 'Compensated');

create index {schema}_saga_attention on {schema}_saga (created_at) where status in ('NeedsAttention', 'Suspended');

create table {schema}_saga_step (
  saga_id       text    not null,
  ordinal       integer not null,
  name          text    not null,
  kind          text    not null,
  idem_key      text    not null,
  state         text    not null,
  attempt       integer not null,
  comp_state    text    not null,
  comp_attempt  integer not null,
  output        text    null,
  last_error    text    null,
  updated_at    integer not null,
  primary key (saga_id, ordinal)
) strict, without rowid;

create table {schema}_saga_barrier (
  idem_key      text    not null,
  op            text    not null,                                      -- action, comp
  entered_at    integer not null,
  primary key (idem_key, op)
) strict, without rowid;

create index {schema}_saga_barrier_entered on {schema}_saga_barrier (entered_at);
