-- The event log, the timers, what makes retries safe, and what the house keeps about itself.
create table events (
  sequence {serial},
  stream text not null,
  stream_id {uuid} not null,
  version {bigint} not null,
  type text not null,
  schema_version {bigint} not null default 1,
  data {json} not null,
  caller text not null,
  trace text not null,
  occurred_at {ts} not null
);
create unique index events_stream_version on events (stream_id, version);

-- A timer is due work of one aggregate; at most one of each kind for each.
create table timers (
  stream_id {uuid} not null,
  kind text not null,
  stream text not null,
  attempt {bigint} not null,
  due_at {ts} not null,
  data text not null default '',
  primary key (stream_id, kind)
);
create index timers_due on timers (due_at);

create table idempotency_keys (
  identity text not null primary key,
  body_hash text not null,
  status {bigint} not null,
  answer text not null,
  location text not null,
  version {bigint} not null,
  created_at {ts} not null
);
create index idempotency_keys_created on idempotency_keys (created_at);

create table settings (
  name text not null primary key,
  value text not null
);
