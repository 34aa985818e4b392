-- Trips: the stored fields are the JSON document that GET answers; the columns beside it are those that queries need.
create table trips (
  id {uuid} not null primary key,
  fleet_id text not null,
  vehicle_id text,
  mission_id {uuid},
  trip_type text not null,
  sector text not null,
  priority {bigint} not null,
  status text not null,
  occupies_vehicle {bool} not null,
  scheduled_start_time {ts},
  started_at {ts},
  ended_at {ts},
  created_at {ts} not null,
  updated_at {ts} not null,
  version {bigint} not null,
  body {json} not null
);
--postgres alter table trips set (fillfactor = 60);
-- A vehicle may have many trips assigned and drives one: the lane decides it, this is the last net.
--sqlite create unique index trips_vehicle on trips (vehicle_id) where occupies_vehicle = 1;
--postgres create unique index trips_vehicle on trips (vehicle_id) where occupies_vehicle;
create index trips_created on trips (created_at, id);
create index trips_fleet_created on trips (fleet_id, created_at, id);
create index trips_mission on trips (mission_id, created_at, id);

-- Each route that a trip had, with its line.
create table trip_routes (
  trip_id {uuid} not null,
  revision {bigint} not null,
  created_at {ts} not null,
  body {json} not null,
  primary key (trip_id, revision)
);

-- Every position once. Not event-sourced.
create table trip_tracking (
  trip_id {uuid} not null,
  recorded_at {ts} not null,
  latitude {real} not null,
  longitude {real} not null,
  speed_mps {real},
  heading_deg {real},
  accuracy_m {real},
  received_at {ts} not null,
  primary key (trip_id, recorded_at)
);

-- The figures after the newest position; `revision` grows by one with every change, so that two writers do not undo each other.
create table trip_live (
  trip_id {uuid} not null primary key,
  revision {bigint} not null,
  body {json} not null
);

-- What identifies people. Not event-sourced, so that it can be erased.
create table trip_private (
  trip_id {uuid} not null primary key,
  fleet_id text not null,
  customer_id text,
  body {json} not null
);
create index trip_private_customer on trip_private (customer_id, trip_id);

-- A row for each ended trip.
create table trip_analytics (
  trip_id {uuid} not null primary key,
  ended_at {ts} not null,
  duration_s {real},
  distance_m {real},
  start_delay_s {real},
  eta_error_percent {real},
  passenger_count {bigint} not null
);

create table trip_logs (
  id {uuid} not null primary key,
  trip_id {uuid} not null,
  fleet_id text not null,
  level text not null,
  source text,
  recorded_at {ts} not null,
  created_at {ts} not null,
  body {json} not null
);
create index trip_logs_recorded on trip_logs (trip_id, recorded_at, id);

create table trip_metrics (
  id {uuid} not null primary key,
  trip_id {uuid} not null,
  fleet_id text not null,
  type text not null,
  source text,
  recorded_at {ts} not null,
  created_at {ts} not null,
  value {real} not null,
  body {json} not null
);
create index trip_metrics_recorded on trip_metrics (trip_id, recorded_at, id);

create table mission_logs (
  id {uuid} not null primary key,
  mission_id {uuid} not null,
  fleet_id text not null,
  level text not null,
  source text,
  recorded_at {ts} not null,
  created_at {ts} not null,
  body {json} not null
);
create index mission_logs_recorded on mission_logs (mission_id, recorded_at, id);

create table mission_metrics (
  id {uuid} not null primary key,
  mission_id {uuid} not null,
  fleet_id text not null,
  type text not null,
  source text,
  recorded_at {ts} not null,
  created_at {ts} not null,
  value {real} not null,
  body {json} not null
);
create index mission_metrics_recorded on mission_metrics (mission_id, recorded_at, id);
