-- What leaves the house: whose fact each event is, and how far each sink has got.
-- An aggregate never changes its fleet, so the events of before can be told by its row.
alter table events add column fleet_id text not null default '';
update events set fleet_id = coalesce((select m.fleet_id from missions m where m.id = events.stream_id), '') where stream = 'mission';
update events set fleet_id = coalesce((select t.fleet_id from trips t where t.id = events.stream_id), '') where stream = 'trip';
update events set fleet_id = coalesce((select s.fleet_id from safety_events s where s.id = events.stream_id), '') where stream = 'safety_event';
update events set fleet_id = coalesce((select t.fleet_id from mission_templates t where t.id = events.stream_id), '') where stream = 'template';
update events set fleet_id = coalesce((select p.fleet_id from plans p where p.id = events.stream_id), '') where stream = 'plan';

-- Everything up to `sequence` was delivered. One replica at a time relays to a sink: the holder, until `expires_at`.
create table relay_cursors (
  sink text not null primary key,
  sequence {bigint} not null,
  holder text,
  expires_at {ts} not null
);
