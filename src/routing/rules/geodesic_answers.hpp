// Routes and matrices without a map: the great circle, stretched.
#pragma once

#include "routing/rules/answers.hpp"
#include "routing/rules/pricing.hpp"
#include "vocabulary/problem.hpp"

namespace mms::routing {

// The refusal of what needs roads.
std::unexpected<vocabulary::Problem> no_map(std::string_view what);

// Vehicle limits and what is to be avoided mean nothing without roads, and are never passed over. Refuses: no_map.
vocabulary::Result<void> check_without_map(const Wishes& wishes);

// Refuses: no_map.
vocabulary::Result<RoutesView> geodesic_routes(const RouteInput& input, Time now);
vocabulary::Result<MatrixView> geodesic_matrices(const MatrixInput& input, Time now);

}  // namespace mms::routing
