// The endpoints by which vehicles learn their commands and answer them, for those that do not read Kafka.
#pragma once

#include <vector>

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

std::vector<http::Route> vehicle_command_routes(const MissionTools& tools);

}  // namespace mms::missions
