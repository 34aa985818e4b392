// Routes and matrices on the roads.
#pragma once

#include "roads/road_graph.hpp"
#include "routing/rules/answers.hpp"
#include "routing/rules/place_answers.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing {

// The best route under the caller's weights, or up to `alternatives` of which none is worse than another in everything.
// Refuses: invalid_fields (places off the map or in an avoided area, edges that are not there), no_route.
vocabulary::Result<RoutesView> find_routes(const roads::RoadGraph& graph,
                                           const PriceBook& book,
                                           const RouteInput& input,
                                           Time now);

// Refuses: invalid_fields.
vocabulary::Result<MatrixView> find_matrices(const roads::RoadGraph& graph,
                                             const PriceBook& book,
                                             const MatrixInput& input,
                                             Time now);

}  // namespace mms::routing
