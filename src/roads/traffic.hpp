// What is known about traffic now: reports by source, with an end, and what follows from them for each edge.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
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
  std::uint64_t target = 0;  // what the source spoke of: this edge alone, or a way or line of which it is a part
  bool observed = false;     // measured by tracked vehicles: any other source's speed goes before it
};

// Reports of one source replace its earlier ones of the same target on the same edge unless those were reported later;
// other sources, targets and edges keep theirs. A source's word on an edge is what it reported last among what is not
// over. In force: a closure, if it is any source's word; else the speed that was reported last.
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
  using Key = std::tuple<DirectedEdge, std::string, std::uint64_t>;  // edge, source, target
  struct Kept {
    TrafficReport report;
    std::uint64_t order = 0;  // of their coming: of two with the same time the later one holds
  };
  std::vector<EdgeTraffic> settle_all(const std::set<DirectedEdge>& touched);
  bool settle(DirectedEdge edge);

  std::vector<EdgeTraffic> edges_;
  std::map<Key, Kept> reports_;
  std::multimap<vocabulary::Time, Key> expiries_;
  std::uint64_t order_ = 0;
};

// The directed edges of an OpenStreetMap way, in the direction in which it is drawn or against it.
std::vector<DirectedEdge> edges_of_way(const RoadGraph& graph, std::uint64_t way_id, bool backward);
// The directed edges along a line that was drawn over the road, in its direction; empty when it fits none.
std::vector<DirectedEdge> edges_along(const RoadGraph& graph,
                                      const CostModel& model,
                                      const Metric& distances,
                                      std::span<const Coordinate> line);

}  // namespace mms::roads
