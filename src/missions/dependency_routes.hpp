// The endpoints of dependencies: add, list, remove, explain, graph.
#pragma once

#include <vector>

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

std::vector<http::Route> dependency_routes(const MissionTools& tools);

}  // namespace mms::missions
