-- What comes in, and what is sent again.
-- Which trip a vehicle was on at a moment: the one that it had started last by then.
create index trips_vehicle_started on trips (vehicle_id, started_at) where started_at is not null;

-- Events that are sent again, for whoever missed them. One replica at a time carries a replay on: the holder, until
-- `expires_at`. How far it is stands in the body, which is what GET answers.
create table event_replays (
  id {uuid} not null primary key,
  fleet_id text not null,
  status text not null,
  holder text,
  expires_at {ts} not null,
  created_at {ts} not null,
  body {json} not null
);
create index event_replays_created on event_replays (created_at, id);
create index event_replays_fleet_created on event_replays (fleet_id, created_at, id);
create index event_replays_running on event_replays (expires_at) where status = 'running';
