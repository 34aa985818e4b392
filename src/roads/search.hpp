// Shortest paths on a customised metric: elimination-tree queries, unpacking, many-to-many, one-to-all.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "roads/metric.hpp"
#include "roads/road_graph.hpp"

namespace mms::roads {

// A search starts or ends in one or more states of one segment. At a source, `weight` is what is left to drive to the
// end of the state's edge; at a target it is what is left beyond the place that one wants to reach, and is taken off
// the sum.
struct Label {
  std::uint32_t state = 0;
  Weight weight = 0;
};
using Labels = std::vector<Label>;

// Rows of distances by depth in the elimination tree, kept between queries so that none allocates.
// Threads: one at a time.
class SearchSpace {
 public:
  explicit SearchSpace(const RoadGraph& graph);

 private:
  friend class Query;
  std::vector<Weight> forward_, backward_;
  std::vector<std::uint32_t> forward_arc_, backward_arc_;  // the arc that reached each depth
};

struct StatePath {
  Weight weight = infinite;
  std::vector<std::uint32_t> states;  // from the source's to the target's; empty when there is no path
};

// The elimination-tree query (Dibbelt, Strasser, Wagner 2014, section 8.2), exact; no priority queue. Labels are not
// empty. Of a source and a target on the same edge, with the target behind, the answer would be negative: find_route
// cares for it.
Weight shortest_weight(const RoadGraph& graph,
                       const Metric& metric,
                       std::span<const Label> sources,
                       std::span<const Label> targets,
                       SearchSpace& space);
StatePath shortest_path(const RoadGraph& graph,
                        const Metric& metric,
                        std::span<const Label> sources,
                        std::span<const Label> targets,
                        SearchSpace& space);

// weights[i * targets.size() + j]. Each place is searched once; pairs meet in a loop over their common ancestors.
// A place with no labels is reached by nobody.
std::vector<Weight> weight_matrix(const RoadGraph& graph,
                                  const Metric& metric,
                                  std::span<const Labels> sources,
                                  std::span<const Labels> targets);

// From every state (from its edge's end) to the nearest target, by one sweep down the tree (PHAST: Delling, Goldberg,
// Nowatzyk, Werneck 2011). `bias` is added to every answer, so that none is negative: the largest weight among the
// targets.
struct WeightsToTarget {
  std::vector<Weight> weight;  // per state
  Weight bias = 0;
};
WeightsToTarget weights_to(const RoadGraph& graph, const Metric& metric, std::span<const Label> targets);

}  // namespace mms::roads
