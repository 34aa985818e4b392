// The endpoints below /safety-events.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "safety/rules/mission_link.hpp"
#include "safety/rules/trip_link.hpp"
#include "vocabulary/ids.hpp"

namespace mms::safety {

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct SafetyTools {
  database::Reader& reader;
  lanes::Lane& lane;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  const MissionLink& missions;
  const TripLink& trips;
  std::function<vocabulary::Time()> now;
};

std::vector<http::Route> safety_routes(const SafetyTools& tools);

}  // namespace mms::safety
