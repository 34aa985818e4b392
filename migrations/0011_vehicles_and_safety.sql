-- Vehicles: what each last reported, and the environment around them. Not event-sourced: the last report counts.
create table vehicle_states (
  vehicle_id text not null primary key,
  id {uuid} not null,
  fleet_id text not null,
  mode text,
  recorded_at {ts} not null,
  created_at {ts} not null,
  body {json} not null
);
create index vehicle_states_created on vehicle_states (created_at, id);
create index vehicle_states_fleet on vehicle_states (fleet_id, created_at, id);

create table environment (
  fleet_id text not null,
  name text not null,
  id {uuid} not null,
  recorded_at {ts} not null,
  expires_at {ts} not null,
  created_at {ts} not null,
  body {json} not null,
  primary key (fleet_id, name)
);
create index environment_created on environment (created_at, id);
create index environment_fleet on environment (fleet_id, created_at, id);

-- Safety: what threatened it. The stored fields are the JSON document that GET answers.
create table safety_events (
  id {uuid} not null primary key,
  fleet_id text not null,
  mission_id {uuid},
  trip_id {uuid},
  vehicle_id text,
  type text not null,
  severity text not null,
  source text not null,
  status text not null,
  occurred_at {ts} not null,
  created_at {ts} not null,
  updated_at {ts} not null,
  version {bigint} not null,
  body {json} not null
);
create index safety_events_created on safety_events (created_at, id);
create index safety_events_fleet on safety_events (fleet_id, created_at, id);
create index safety_events_mission on safety_events (mission_id, created_at, id);
create index safety_events_occurred on safety_events (occurred_at);
-- Every start and resume asks for these: critical and not yet resolved.
create index safety_events_blocking_mission on safety_events (mission_id) where severity = 'critical' and status <> 'resolved';
create index safety_events_blocking_vehicle on safety_events (vehicle_id) where severity = 'critical' and status <> 'resolved';
