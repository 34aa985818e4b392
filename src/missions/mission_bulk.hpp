// POST /missions/bulk: up to 1000 creations and commands in one request, in order; each item answers for itself.
#pragma once

#include "http/route.hpp"
#include "missions/mission_routes.hpp"

namespace mms::missions {

http::Route bulk_route(const MissionTools& tools);

}  // namespace mms::missions
