// POST and GET /traffic.
#pragma once

#include <functional>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "routing/routing_routes.hpp"

namespace mms::routing {

// One for each thread. Lifetime: outlives the routes.
struct TrafficTools {
  RoadWork& work;
  database::Reader& reader;
  database::Appender& appender;
  const endpoints::CursorKey& cursor_key;
  std::function<vocabulary::Time()> now;
};

std::vector<http::Route> traffic_routes(const TrafficTools& tools);

}  // namespace mms::routing
