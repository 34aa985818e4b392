// The service of itself: figures and the description of its API.
#pragma once

#include <string>
#include <vector>

#include "http/route.hpp"
#include "telemetry/metrics.hpp"

namespace mms::service {

struct SystemTools {
  const telemetry::Metrics& metrics;
  std::string openapi;
};

// GET /metrics and /openapi.json. Lifetime: the tools outlive the routes.
std::vector<http::Route> system_routes(const SystemTools& tools);

}  // namespace mms::service
