-- The safety monitor: a row for each mission that is watched, and the reports of its vehicle that are not folded yet,
-- those that came together in one row.
-- What it finds are safety events; nothing here is event-sourced. `until`: it does not run any more since then.
create table monitor_watches (
  mission_id {uuid} not null primary key,
  vehicle_id text not null,
  fleet_id text not null,
  since {ts} not null,
  until {ts},
  due_at {ts} not null,
  body text not null
);
create index monitor_watches_vehicle on monitor_watches (vehicle_id, mission_id);
create index monitor_watches_fleet on monitor_watches (fleet_id);
create index monitor_watches_due on monitor_watches (due_at);

create table monitor_reports (
  mission_id {uuid} not null,
  received_at {ts} not null,
  recorded_at {ts} not null,
  source text not null,
  body text not null,
  primary key (mission_id, received_at, recorded_at, source)
);
create index monitor_reports_received on monitor_reports (received_at);

-- What is open of a mission's requirements: at most one event of each.
create index safety_events_monitored on safety_events (mission_id) where source = 'monitor' and status <> 'resolved';

-- Missions under way are watched from now on; one without requirements is let go at the first look.
insert into monitor_watches (mission_id, vehicle_id, fleet_id, since, due_at, body)
select id, vehicle_id, fleet_id, updated_at, updated_at, '' from missions where status = 'running' and vehicle_id is not null;
