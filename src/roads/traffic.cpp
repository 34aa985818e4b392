// Keeps traffic reports and decides what is in force.
#include "roads/traffic.hpp"

#include <algorithm>

namespace mms::roads {

std::vector<EdgeTraffic> Traffic::report(std::span<const TrafficReport> reports, vocabulary::Time now) {
  std::set<DirectedEdge> touched;
  for (const TrafficReport& report : reports) {
    const bool known = report.edge < edges_.size() && report.expires_at > now;
    if (!known || (report.speed_kmh && !(*report.speed_kmh > 0 && *report.speed_kmh <= 300))) continue;
    const Key key(report.edge, report.source, report.target);
    const auto [place, fresh] = reports_.try_emplace(key);
    if (!fresh && place->second.report.reported_at > report.reported_at) continue;
    place->second = {report, ++order_};
    expiries_.emplace(report.expires_at, key);
    touched.insert(report.edge);
  }
  return settle_all(touched);
}

std::vector<EdgeTraffic> Traffic::expire(vocabulary::Time now) {
  std::set<DirectedEdge> touched;
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    const auto found = reports_.find(expiries_.begin()->second);
    // A later report of the same source may have moved the end.
    if (found != reports_.end() && found->second.report.expires_at <= now) {
      touched.insert(found->second.report.edge);
      reports_.erase(found);
    }
    expiries_.erase(expiries_.begin());
  }
  return settle_all(touched);
}

std::vector<EdgeTraffic> Traffic::settle_all(const std::set<DirectedEdge>& touched) {
  std::vector<EdgeTraffic> changed;
  for (const DirectedEdge edge : touched) {
    if (settle(edge)) changed.push_back(edges_[edge]);
  }
  return changed;
}

std::optional<vocabulary::Time> Traffic::next_expiry() const {
  return expiries_.empty() ? std::nullopt : std::optional(expiries_.begin()->first);
}

std::vector<EdgeTraffic> Traffic::in_force() const {
  std::vector<EdgeTraffic> result;
  std::ranges::copy_if(edges_, std::back_inserter(result),
                       [](const EdgeTraffic& e) { return e.closed || e.speed_kmh; });
  return result;
}

// True when something else is in force than before.
bool Traffic::settle(DirectedEdge edge) {
  EdgeTraffic now{edge, {}, false};
  const auto rank = [](const Kept& kept) { return std::tuple(kept.report.reported_at, kept.order); };
  const auto speed_rank = [&](const Kept& kept) { return std::tuple(!kept.report.observed, rank(kept)); };
  const Kept* speed = nullptr;
  auto it = reports_.lower_bound({edge, {}, 0});
  while (it != reports_.end() && it->second.report.edge == edge) {
    const std::string& source = it->second.report.source;
    const Kept* word = &it->second;
    for (++it; it != reports_.end() && it->second.report.edge == edge && it->second.report.source == source; ++it) {
      if (rank(it->second) > rank(*word)) word = &it->second;
    }
    now.closed = now.closed || word->report.closed;
    if (word->report.speed_kmh && (speed == nullptr || speed_rank(*word) > speed_rank(*speed))) speed = word;
  }
  if (speed != nullptr && !now.closed) now.speed_kmh = speed->report.speed_kmh;
  const bool differs = edges_[edge].closed != now.closed || edges_[edge].speed_kmh != now.speed_kmh;
  edges_[edge] = now;
  return differs;
}

std::vector<DirectedEdge> edges_of_way(const RoadGraph& graph, std::uint64_t way_id, bool backward) {
  std::vector<DirectedEdge> edges;
  for (const std::uint32_t segment : graph.segments_of_way(way_id)) edges.push_back(directed(segment, backward));
  return edges;
}

std::vector<DirectedEdge> edges_along(const RoadGraph& graph,
                                      const CostModel& model,
                                      const Metric& distances,
                                      std::span<const Coordinate> line) {
  std::vector<TracePoint> trace;
  for (const Coordinate place : line) trace.push_back({place, {}, {}});
  std::vector<DirectedEdge> edges;
  for (const MatchedRoute& route : match_trace(graph, model, distances, trace).routes) {
    for (const DirectedEdge edge : route.path.edges) {
      if (std::ranges::find(edges, edge) == edges.end()) edges.push_back(edge);
    }
  }
  return edges;
}

}  // namespace mms::roads
