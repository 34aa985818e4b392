// PUT, GET and DELETE /traffic/profiles: usual speeds by hour of the week.
#pragma once

#include <vector>

#include "routing/traffic_routes.hpp"

namespace mms::routing {

std::vector<http::Route> profile_routes(const TrafficTools& tools);

}  // namespace mms::routing
