-- Which trip a vehicle was on at a moment: the one that it had started last by then.
create index trips_vehicle_started on trips (vehicle_id, started_at) where started_at is not null;
