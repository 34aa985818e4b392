-- Edges between missions. Their state is not stored: it follows from the predecessor's row.
create table mission_dependencies (
  id {uuid} not null primary key,
  successor_id {uuid} not null,
  predecessor_id {uuid} not null,
  type text not null,
  body {json} not null
);
create unique index mission_dependencies_edge on mission_dependencies (successor_id, predecessor_id, type);
create index mission_dependencies_predecessor on mission_dependencies (predecessor_id, successor_id);
