// Which routes of a Pareto front are worth showing, and what to call them.
#pragma once

#include <vector>

#include "roads/pareto.hpp"

namespace mms::roads {

// The best at each objective first, then those farthest from what is chosen already; none that shares more than
// `most_overlap` of its length with a chosen one, at most `at_most`.
std::vector<ParetoRoute> choose_routes(const RoadGraph& graph,
                                       const ParetoRequest& request,
                                       std::vector<ParetoRoute> found);

}  // namespace mms::roads
