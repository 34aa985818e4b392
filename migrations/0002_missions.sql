-- Missions: the stored fields are the JSON document that GET answers; the columns beside it are those that queries need.
create table missions (
  id {uuid} not null primary key,
  fleet_id text not null,
  vehicle_id text,
  template_id {uuid},
  plan_id {uuid},
  name text not null,
  type text not null,
  priority {bigint} not null,
  status text not null,
  blocked {bool} not null,
  occupies_vehicle {bool} not null,
  scheduled_start {ts},
  deadline {ts},
  created_at {ts} not null,
  updated_at {ts} not null,
  deleted_at {ts},
  version {bigint} not null,
  body {json} not null
);
-- A mission's row is replaced at each of its commands: with room left on its page the new one stays there, and indexes
-- that it does not move in are left alone.
--postgres alter table missions set (fillfactor = 60);
-- One vehicle, one mission at a time: the lane decides it, this is the last net.
--sqlite create unique index missions_vehicle on missions (vehicle_id) where occupies_vehicle = 1;
--postgres create unique index missions_vehicle on missions (vehicle_id) where occupies_vehicle;
create index missions_created on missions (created_at, id);
create index missions_fleet_created on missions (fleet_id, created_at, id);
