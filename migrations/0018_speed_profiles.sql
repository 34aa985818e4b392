-- Usual speeds by hour of the week: one row for each source and target. Not event-sourced. Replicas read all of them when
-- the highest sequence or the count is another than what they know; the later row of an edge holds.
create table speed_profiles (
  sequence {serial},
  source text not null,
  target text not null,
  body {json} not null
);
create index speed_profiles_target on speed_profiles (source, target);
