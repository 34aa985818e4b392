// GET /safety-events/analytics: how many occurred, by type, severity, status and day.
#pragma once

#include "http/route.hpp"
#include "safety/safety_routes.hpp"

namespace mms::safety {

http::Route analytics_route(const SafetyTools& tools);

}  // namespace mms::safety
