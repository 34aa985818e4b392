// The endpoints below /missions.
#pragma once

#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/route.hpp"
#include "lanes/lane.hpp"
#include "lanes/part.hpp"
#include "missions/mission_cache.hpp"
#include "vocabulary/ids.hpp"

namespace mms::missions {

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct MissionTools {
  database::Reader& reader;
  lanes::Lane& lane;
  vocabulary::IdSource& ids;
  const endpoints::CursorKey& cursor_key;
  MissionCache* cache;  // null where another process may write
  std::function<vocabulary::Time()> now;
  std::vector<lanes::MakePart> gate_parts;  // those of vehicles and safety: explain asks what start would ask
};

std::vector<http::Route> mission_routes(const MissionTools& tools);

}  // namespace mms::missions
