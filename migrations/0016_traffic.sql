-- What sources report of the traffic: at most one row for each source and target. Not event-sourced; a row that is over
-- is deleted after a day. Replicas read what has a higher sequence than what they know.
create table traffic_reports (
  sequence {serial},
  source text not null,
  target text not null,
  kind text not null,
  reported_at {ts} not null,
  expires_at {ts} not null,
  body {json} not null
);
create index traffic_reports_target on traffic_reports (source, target);
create index traffic_reports_expires on traffic_reports (expires_at);
