// What it costs to drive each edge and turn, and the CCH weights that follow from it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "roads/road_graph.hpp"

namespace mms::roads {

// Weights are whole numbers, in the unit of the objective. Two infinities can be added.
using Weight = std::uint32_t;
inline constexpr Weight infinite = 0x40000000;

// A customised metric. Immutable: traffic makes a new one, running queries keep theirs (hold it by shared_ptr).
// Threads: shared by all.
struct Metric {
  std::shared_ptr<const std::vector<Weight>> turn_weight;  // per turn; infinite where forbidden
  std::vector<Weight> edge_weight;                         // per directed edge, from end to end; infinite where closed
  std::vector<Weight> out_base, in_base;                   // per arc: the turn it carries, with the edge turned into
  std::vector<Weight> out_weight, in_weight;               // per arc: the shortest path over lower states
};

// Customisation (Dibbelt, Strasser, Wagner 2014, section 7): weights of all arcs by lower triangles.
Metric customize(const RoadGraph& graph,
                 std::shared_ptr<const std::vector<Weight>> turn_weight,
                 std::vector<Weight> edge_weight);

struct EdgeChange {
  DirectedEdge edge = 0;
  Weight weight = 0;
};
// The same metric with some edges changed; only what depends on them is computed anew. Equals customize() of the
// changed edges. A later change of the same edge wins.
Metric with_changes(const RoadGraph& graph, const Metric& metric, std::span<const EdgeChange> changes);

}  // namespace mms::roads
