// The endpoints below /vehicles, and /environment.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "vehicles/rules/mission_link.hpp"
#include "vocabulary/ids.hpp"

namespace mms::vehicles {

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct VehicleTools {
  database::Reader& reader;
  lanes::Lane& lane;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  std::function<vocabulary::Time()> now;
  const MissionLink* missions = nullptr;  // told what reports say of missions
};

std::vector<http::Route> vehicle_routes(const VehicleTools& tools);

}  // namespace mms::vehicles
