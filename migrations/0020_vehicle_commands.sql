-- The vehicle that has not answered a recall of this mission: a vehicle that polls finds its commands by it. Its other
-- ones stand in the mission that occupies it.
alter table missions add column recall_vehicle text;
create index missions_recalled on missions (recall_vehicle) where recall_vehicle is not null;
