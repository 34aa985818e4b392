// From a place to the road: the nearest edges, and which of them to start from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "roads/objectives.hpp"
#include "roads/road_graph.hpp"
#include "roads/search.hpp"

namespace mms::roads {

// A place on a segment.
struct RoadPosition {
  std::uint32_t segment = 0;
  double fraction = 0;  // of its length, from its tail
  Coordinate point;
  double distance_m = 0;      // from the place that was asked for
  bool in_main_part = false;  // one can get from here to most places and back
};

// Segments open to the model's vehicle within `radius_m`, each once, nearest first, at most `count`.
std::vector<RoadPosition> nearest_positions(
    const RoadGraph& graph, const CostModel& model, Coordinate place, std::size_t count, double radius_m);

// What share of the edge lies before the position, in the edge's direction.
double share_before(DirectedEdge edge, const RoadPosition& position);

// The position to route from or to: the nearest one of the main part, unless that is more than 1 km farther off than
// the nearest of all, which then lies on an island of its own. Nothing within `radius_m`: empty.
std::optional<RoadPosition> snap(const RoadGraph& graph, const CostModel& model, Coordinate place, double radius_m);

// Labels for a search that starts or ends at the position, in every direction that is open. Empty when none is.
Labels source_labels(const RoadGraph& graph, const Metric& metric, const RoadPosition& position);
Labels target_labels(const RoadGraph& graph, const Metric& metric, const RoadPosition& position);

// What of the edge's weight lies before the position in its direction.
Weight weight_before(const Metric& metric, DirectedEdge edge, const RoadPosition& position);

}  // namespace mms::roads
