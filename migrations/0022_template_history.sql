-- The latest completed missions of a template: what its missions take.
create index missions_template_completed on missions (template_id, fleet_id, updated_at) where status = 'completed';
