// What is known about traffic now: reports by source, with an end, and what follows from them for each edge.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roads/match.hpp"
#include "roads/objectives.hpp"
#include "vocabulary/time.hpp"

namespace mms::roads {

// What one source says about one edge. Neither a speed nor closed: the source takes back what it said.
struct TrafficReport {
  DirectedEdge edge = 0;
  std::optional<double> speed_kmh;
  bool closed = false;
  std::string source;
  vocabulary::Time reported_at{};
  vocabulary::Time expires_at{};
};

// Reports of one source replace its earlier ones of the same edge unless those were reported later; other sources and
// edges keep theirs. In force on an edge: a closure, if any source has one; else the speed that was reported last.
// Threads: one at a time.
class Traffic {
 public:
  explicit Traffic(const RoadGraph& graph) : edges_(graph.edges()) {
    for (DirectedEdge edge = 0; edge < graph.edges(); ++edge) edges_[edge].edge = edge;
  }

  // The edges on which something else is in force now. Reports that are over already change nothing. Reports of edges
  // that the graph does not have, and speeds that are not between 0 and 300 km/h, are passed over.
  std::vector<EdgeTraffic> report(std::span<const TrafficReport> reports, vocabulary::Time now);
  // Ends what is over at `now`; the edges that changed, back to free flow or to another source's word.
  std::vector<EdgeTraffic> expire(vocabulary::Time now);
  // When expire() has something to do next.
  std::optional<vocabulary::Time> next_expiry() const;

  // In force, by edge: for values_of and steps_of.
  std::span<const EdgeTraffic> by_edge() const { return edges_; }
  // Everything in force, for a metric made anew.
  std::vector<EdgeTraffic> in_force() const;

 private:
  bool settle(DirectedEdge edge);

  std::vector<EdgeTraffic> edges_;
  std::map<std::pair<DirectedEdge, std::string>, TrafficReport> reports_;
  std::multimap<vocabulary::Time, std::pair<DirectedEdge, std::string>> expiries_;
};

// The directed edges of an OpenStreetMap way, in the direction in which it is drawn or against it.
std::vector<DirectedEdge> edges_of_way(const RoadGraph& graph, std::uint64_t way_id, bool backward);
// The directed edges along a line that was drawn over the road, in its direction; empty when it fits none.
std::vector<DirectedEdge> edges_along(const RoadGraph& graph,
                                      const CostModel& model,
                                      const Metric& distances,
                                      std::span<const Coordinate> line);

}  // namespace mms::roads
