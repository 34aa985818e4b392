// GET /missions/analytics: success rate, times, retries, template use and safety events, over the store.
#pragma once

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

http::Route analytics_route(const MissionTools& tools);

}  // namespace mms::missions
