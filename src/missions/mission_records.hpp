// Logs, metrics and analytics of missions.
#pragma once

#include <vector>

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

// What these endpoints work with beside the missions' own tools. One for each thread.
struct RecordKeeping {
  const MissionTools& missions;
  database::Appender& appender;
};

std::vector<http::Route> record_routes(const RecordKeeping& tools);

}  // namespace mms::missions
