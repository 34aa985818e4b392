-- Templates and all their versions, and the plans made from them. fleet_id '*' stands for every fleet. active_name is the
-- name while the template is active: the lane decides that it is free, the index is the last net.
create table mission_templates (
  id {uuid} not null primary key,
  fleet_id text not null,
  name text not null,
  active_name text,
  status text not null,
  created_at {ts} not null,
  updated_at {ts} not null,
  version {bigint} not null,
  body {json} not null
);
create unique index mission_templates_name on mission_templates (fleet_id, active_name);
create index mission_templates_created on mission_templates (created_at, id);
create index mission_templates_fleet_created on mission_templates (fleet_id, created_at, id);

create table template_versions (
  template_id {uuid} not null,
  version {bigint} not null,
  body {json} not null,
  primary key (template_id, version)
);

create table plans (
  id {uuid} not null primary key,
  fleet_id text not null,
  template_id {uuid} not null,
  created_at {ts} not null,
  version {bigint} not null,
  body {json} not null
);
create index plans_fleet_created on plans (fleet_id, created_at, id);
create index missions_plan on missions (plan_id) where plan_id is not null;
