-- Ended trips in the order of their end: whose positions are forgotten first.
create index trip_analytics_ended on trip_analytics (ended_at, trip_id);
