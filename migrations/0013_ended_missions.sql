-- The latest missions that ended by themselves, for the success rate in /metrics: found without a walk over the table.
create index missions_ended on missions (updated_at, status) where status in ('completed', 'failed');
