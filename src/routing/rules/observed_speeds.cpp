// Passes from matched traces, and their medians.
#include "routing/rules/observed_speeds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mms::routing {
namespace {

constexpr double kNearStopM = 75, kLongestPairS = 60, kStandingMps = 0.5, kParkedS = 180, kFastestMps = 70;
constexpr double kLeastShare = 0.5, kLeastRatio = 0.05, kMostRatio = 1.25;

struct Driven {
  double metres = 0, seconds = 0, standing_s = 0;
  double end_s = 0;
};

// A point's place along the route, in metres from the beginning of its first edge.
struct Along {
  double metres = 0;
  double at_s = 0;
  bool counts = false;
};

class Passes {
 public:
  Passes(const roads::RoadGraph& graph,
         std::span<const roads::TracePoint> trace,
         std::span<const roads::Coordinate> stops,
         const roads::Match& match)
      : graph_(graph), trace_(trace), stops_(stops), match_(match) {}

  // By the edges of the route.
  std::vector<Driven> along(std::size_t route) {
    const auto& edges = match_.routes[route].path.edges;
    begin_.assign(1, 0);
    for (const auto edge : edges) begin_.push_back(begin_.back() + length(edge));
    std::vector<Driven> driven(edges.size());
    std::optional<Along> before;
    std::size_t at = 0;
    for (std::size_t i = 0; i < trace_.size(); ++i) {
      const auto& point = match_.points[i];
      if (!point.is_matched || point.route != route || !trace_[i].at_s) continue;
      const auto found = std::find(edges.begin() + static_cast<std::ptrdiff_t>(at), edges.end(), point.edge);
      if (found == edges.end()) continue;
      at = static_cast<std::size_t>(found - edges.begin());
      Along here{begin_[at] + length(point.edge) * roads::share_before(point.edge, point.position), *trace_[i].at_s,
                 !is_near_stop(trace_[i].place)};
      if (before) {
        here.metres = std::max(here.metres, before->metres);  // a little backwards is noise
        if (before->counts && here.counts) spread(*before, here, driven);
      }
      before = here;
    }
    return driven;
  }

 private:
  double length(roads::DirectedEdge edge) const { return graph_.segment(roads::segment_of(edge)).length_cm / 100.0; }
  bool is_near_stop(roads::Coordinate place) const {
    return std::ranges::any_of(stops_,
                               [&](roads::Coordinate s) { return roads::meters_between(s, place) < kNearStopM; });
  }
  void spread(const Along& from, const Along& to, std::vector<Driven>& driven) const {
    const double seconds = to.at_s - from.at_s, metres = to.metres - from.metres;
    if (!(seconds > 0) || seconds > kLongestPairS || metres / seconds > kFastestMps) return;
    auto i = static_cast<std::size_t>(std::ranges::upper_bound(begin_, from.metres) - begin_.begin()) - 1;
    for (i = std::min(i, driven.size() - 1); i < driven.size() && begin_[i] <= to.metres; ++i) {
      const double part = std::min(to.metres, begin_[i + 1]) - std::max(from.metres, begin_[i]);
      const double share = metres > 0 ? part / metres : 1;
      driven[i].metres += std::max(0.0, part);
      driven[i].seconds += seconds * share;
      if (metres / seconds < kStandingMps) driven[i].standing_s += seconds * share;
      driven[i].end_s = to.at_s;
      if (metres <= 0) break;  // standing belongs to one edge
    }
  }

  const roads::RoadGraph& graph_;
  std::span<const roads::TracePoint> trace_;
  std::span<const roads::Coordinate> stops_;
  const roads::Match& match_;
  std::vector<double> begin_;  // of each edge, in metres along the route
};

}  // namespace

std::vector<EdgePass> passes_of(const roads::RoadGraph& graph,
                                const roads::CostModel& model,
                                const roads::Metric& distances,
                                std::span<const roads::TracePoint> trace,
                                Time trace_begin,
                                std::span<const roads::Coordinate> stops) {
  std::vector<EdgePass> passes;
  const auto match = roads::match_trace(graph, model, distances, trace);
  for (std::size_t r = 0; r < match.routes.size(); ++r) {
    const auto driven = Passes(graph, trace, stops, match).along(r);
    for (std::size_t i = 0; i < driven.size(); ++i) {
      const auto edge = match.routes[r].path.edges[i];
      const double length = graph.segment(roads::segment_of(edge)).length_cm / 100.0;
      if (driven[i].metres < length * kLeastShare || driven[i].metres <= 0 || driven[i].standing_s > kParkedS) continue;
      const double speed_kmh = driven[i].metres / driven[i].seconds * 3.6;
      passes.push_back({edge, std::clamp(speed_kmh / model.speed_kmh(edge), kLeastRatio, kMostRatio),
                        trace_begin + vocabulary::seconds(driven[i].end_s)});
    }
  }
  return passes;
}

void ObservedSpeeds::add(std::uint64_t vehicle, const EdgePass& pass) {
  if (!edges_.contains(pass.edge) && edges_.size() >= settings_.most_edges) return;
  auto& passes = edges_[pass.edge].passes;
  const auto known = std::ranges::find(passes, vehicle, &Pass::vehicle);
  if (known != passes.end()) {
    if (known->at <= pass.at) *known = {vehicle, pass.ratio, pass.at};
    return;
  }
  passes.push_back({vehicle, pass.ratio, pass.at});
  if (passes.size() > settings_.most_vehicles) passes.erase(std::ranges::min_element(passes, {}, &Pass::at));
}

std::optional<double> ObservedSpeeds::median(const Edge& edge) const {
  if (edge.passes.size() < settings_.least_vehicles) return std::nullopt;
  std::vector<double> ratios;
  for (const auto& pass : edge.passes) ratios.push_back(pass.ratio);
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::ranges::nth_element(ratios, middle);
  return *middle;
}

std::vector<ObservedSpeed> ObservedSpeeds::due(Time now) {
  std::vector<ObservedSpeed> due;
  for (auto it = edges_.begin(); it != edges_.end();) {
    auto& edge = it->second;
    std::erase_if(edge.passes, [&](const Pass& pass) { return pass.at + settings_.window <= now; });
    if (edge.said && edge.said_at + settings_.holds <= now) edge.said.reset();
    if (edge.passes.empty() && !edge.said) {
      it = edges_.erase(it);
      continue;
    }
    const auto found = median(edge);
    const auto differs = [&](double from) { return std::abs(*found - from) > settings_.change * from; };
    if (found && (edge.said ? differs(*edge.said) || edge.said_at + settings_.holds / 2 <= now : differs(1))) {
      edge.said = found;
      edge.said_at = now;
      due.push_back({it->first, *found, now + settings_.holds});
    }
    ++it;
  }
  std::ranges::sort(due, {}, &ObservedSpeed::edge);
  return due;
}

}  // namespace mms::routing
