// Trips ask the roads: joins the rooms trips and routing, which do not know each other.
#pragma once

#include <functional>
#include <string>

#include "routing/routing_routes.hpp"
#include "trips/trip_routes.hpp"

namespace mms::service {

// Empty without a map. Lifetime: `work` outlives it. `on_fault` gets words for what should not happen.
trips::FindWays trip_ways(routing::RoadWork& work,
                          std::function<vocabulary::Time()> now,
                          std::function<void(const std::string&)> on_fault);

}  // namespace mms::service
