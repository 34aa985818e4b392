// Keeps traffic reports and decides what is in force.
#include "roads/traffic.hpp"

#include <algorithm>
#include <set>

namespace mms::roads {

std::vector<EdgeTraffic> Traffic::report(std::span<const TrafficReport> reports, vocabulary::Time now) {
  std::set<DirectedEdge> touched;
  for (const TrafficReport& report : reports) {
    const bool known = report.edge < edges_.size() && report.expires_at > now;
    if (!known || (report.speed_kmh && !(*report.speed_kmh > 0 && *report.speed_kmh <= 300))) continue;
    const std::pair key(report.edge, report.source);
    const auto [place, fresh] = reports_.try_emplace(key, report);
    if (!fresh && place->second.reported_at > report.reported_at) continue;
    place->second = report;
    expiries_.emplace(report.expires_at, key);
    touched.insert(report.edge);
  }
  std::vector<EdgeTraffic> changed;
  for (const DirectedEdge edge : touched) {
    if (settle(edge)) changed.push_back(edges_[edge]);
  }
  return changed;
}

std::vector<EdgeTraffic> Traffic::expire(vocabulary::Time now) {
  std::set<DirectedEdge> touched;
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    const auto found = reports_.find(expiries_.begin()->second);
    // A later report of the same source may have moved the end.
    if (found != reports_.end() && found->second.expires_at <= now) {
      touched.insert(found->first.first);
      reports_.erase(found);
    }
    expiries_.erase(expiries_.begin());
  }
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
  vocabulary::Time latest = vocabulary::Time::min();
  for (auto it = reports_.lower_bound({edge, {}}); it != reports_.end() && it->first.first == edge; ++it) {
    const TrafficReport& report = it->second;
    now.closed = now.closed || report.closed;
    if (!report.speed_kmh || report.reported_at < latest) continue;
    now.speed_kmh = report.speed_kmh;
    latest = report.reported_at;
  }
  if (now.closed) now.speed_kmh.reset();
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
