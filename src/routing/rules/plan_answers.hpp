// The order of one vehicle's stops.
#pragma once

#include <functional>
#include <vector>

#include "planning/plan.hpp"
#include "roads/road_graph.hpp"
#include "routing/rules/answers.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing {

// On the roads. `share_used` says how much of the time for searching is gone.
// Refuses: invalid_fields (places off the map or in an avoided area).
vocabulary::Result<RoutePlanView> plan_on_roads(const roads::RoadGraph& graph,
                                                const PriceBook& book,
                                                const RoutePlanInput& input,
                                                Time now,
                                                const std::function<double()>& share_used);

// As the crow flies.
vocabulary::Result<RoutePlanView> plan_geodesic(const RoutePlanInput& input,
                                                Time now,
                                                const std::function<double()>& share_used);

}  // namespace mms::routing
