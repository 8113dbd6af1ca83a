create table {schema}.saga (
  id            uuid        primary key,
  type          text        not null,
  version       integer     not null,
  graph_hash    text        not null,                                  -- name, version and steps: who does not know it leaves it alone
  business_key  text        not null,
  status        text        not null,
  reason        text        null,
  epoch         bigint      not null,                                  -- grows with each owner; every write asks for it
  owner         text        null,
  next_at       timestamptz null,                                      -- when anybody may take it up: the end of a wait, or of the owner's lease; null = nothing is due
  deadline      timestamptz null,
  data          json        not null,                                  -- json keeps the text as written; jsonb would reorder type discriminators
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  unique (type, business_key)
);

create index saga_due on {schema}.saga (next_at) where next_at is not null;

create index saga_ended on {schema}.saga (updated_at) where status in ('Completed', 'Compensated');

create index saga_attention on {schema}.saga (created_at) where status in ('NeedsAttention', 'Suspended');

create table {schema}.saga_step (
  saga_id       uuid        not null,
  ordinal       smallint    not null,
  name          text        not null,
  kind          text        not null,
  idem_key      text        not null,
  state         text        not null,
  attempt       integer     not null,
  comp_state    text        not null,
  comp_attempt  integer     not null,
  output        text        null,
  last_error    text        null,
  updated_at    timestamptz not null,
  primary key (saga_id, ordinal)
);

create table {schema}.saga_barrier (
  idem_key      text        not null,
  op            text        not null,                                  -- action, comp
  entered_at    timestamptz not null,
  primary key (idem_key, op)
);

create index saga_barrier_entered on {schema}.saga_barrier (entered_at);
