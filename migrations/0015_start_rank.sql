-- Missions that wait to start by themselves, in the order in which their vehicle takes them.
alter table missions add column start_rank {bigint};
create index missions_waiting on missions (vehicle_id, start_rank, id) where start_rank is not null;
