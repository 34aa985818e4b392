// The table of missions.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "database/database.hpp"
#include "lanes/part.hpp"
#include "missions/mission_cache.hpp"
#include "missions/rules/mission.hpp"
#include "missions/rules/mission_rules.hpp"

namespace mms::missions {

// The missions' share of the working set. `cache` may be null; it outlives the part.
std::unique_ptr<lanes::Part> mission_part(lanes::WorkingSet& set, MissionCache* cache);

// One mission by id: fleet_id, version, deleted_at, body.
database::Query find_mission(const MissionId& id);
std::optional<CachedMission> cached_from(const database::Rows& rows);

// The mission that occupies a vehicle, unless it is `other_than`.
database::Query occupant_of(const std::string& vehicle_id);
std::optional<Occupant> occupant_from(const database::Rows& rows, const MissionId& other_than);

// The bodies of the missions that a vehicle may have commands of: the one that occupies it, and those that it is
// recalled from.
database::Query missions_with_vehicle(const std::string& vehicle_id);

// How long the latest completed missions of a template took in a fleet, in seconds; up to fifty for each pair that is
// added.
database::Query template_history();
void add_template(database::Query& history, const TemplateId& template_id, const std::string& fleet_id);
using History = std::map<std::pair<TemplateId, std::string>, std::vector<double>>;
History history_from(const database::Rows& rows);

// For replay: stored rows in the order of their ids, and writing rows anew.
database::Query mission_rows(const MissionId& after, std::int64_t limit);
// Lifetime: that of the Rows.
struct StoredMission {
  MissionId id;
  database::Row row;
  std::string body;
};
StoredMission stored_from(database::Row row);
// Names of the columns beside the body that do not say what the mission says.
std::vector<std::string> columns_that_differ(const Mission& mission, database::Row row);
std::vector<database::Query> before_rebuild();
database::Query upsert_missions(const std::vector<Mission>& missions);

}  // namespace mms::missions
