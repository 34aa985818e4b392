// Dijkstra's algorithm on states and turns: the plain truth that faster searches are measured against.
#pragma once

#include <span>
#include <vector>

#include "roads/search.hpp"

namespace mms::roads {

// Weight of the shortest path from the sources to the end of every state's edge (Dijkstra 1959). Knows nothing of CCH:
// reads turns, turn weights and edge weights alone.
std::vector<Weight> dijkstra(const RoadGraph& graph,
                             const std::vector<Weight>& turn_weight,
                             const std::vector<Weight>& edge_weight,
                             std::span<const Label> sources);

}  // namespace mms::roads
