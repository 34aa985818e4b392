// The endpoints below /plans.
#pragma once

#include <vector>

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

std::vector<http::Route> plan_routes(const MissionTools& tools);

}  // namespace mms::missions
