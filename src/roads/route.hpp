// Routes between positions: exact also on one and the same edge, with edges, shape, values and steps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roads/objectives.hpp"
#include "roads/search.hpp"
#include "roads/snap.hpp"

namespace mms::roads {

// A way from one position to another.
struct RoutePath {
  Weight weight = infinite;
  std::vector<DirectedEdge> edges;   // first and last are driven in part
  std::vector<std::uint32_t> turns;  // edges.size() - 1 of them
  RoadPosition from, to;
  std::vector<double>
      speed_kmh{};  // of each edge where it depends on when one drives (roads/timed_route.hpp); else empty
};

// The way along these states, each entered by a turn from the one before.
RoutePath route_along(const RoadGraph& graph, StatePath found, const RoadPosition& from, const RoadPosition& to);

// The cheapest path under the metric; nothing when there is none. Positions may be equal.
std::optional<RoutePath> find_route(
    const RoadGraph& graph, const Metric& metric, const RoadPosition& from, const RoadPosition& to, SearchSpace& space);

// weights[i * to.size() + j] of the cheapest paths; `infinite` where there is none.
std::vector<Weight> find_matrix(const RoadGraph& graph,
                                const Metric& metric,
                                std::span<const RoadPosition> from,
                                std::span<const RoadPosition> to);

// The plain truth for find_route, by Dijkstra's algorithm; for tests.
Weight dijkstra_weight(const RoadGraph& graph, const Metric& metric, const RoadPosition& from, const RoadPosition& to);

// The line that is driven, from the first position's point to the last one's, without equal neighbours.
std::vector<Coordinate> shape_of(const RoadGraph& graph, const RoutePath& path);

// What holds on the path's edge number i: the path's own speed, else the traffic.
class SpeedsAlong {
 public:
  SpeedsAlong(const RoutePath& path, std::span<const EdgeTraffic> traffic_by_edge)
      : path_(path), traffic_(traffic_by_edge) {}
  const EdgeTraffic* operator()(std::size_t i) {
    const DirectedEdge edge = path_.edges[i];
    if (path_.speed_kmh.empty()) return traffic_.empty() ? nullptr : &traffic_[edge];
    own_ = {edge, path_.speed_kmh[i], false};
    return &own_;
  }

 private:
  const RoutePath& path_;
  std::span<const EdgeTraffic> traffic_;
  EdgeTraffic own_;
};

// Every objective's value under the model; `traffic` is indexed by edge and may be empty (then: without traffic).
ObjectiveValues values_of(const RoadGraph& graph,
                          const CostModel& model,
                          const RoutePath& path,
                          std::span<const EdgeTraffic> traffic_by_edge = {});

}  // namespace mms::roads
