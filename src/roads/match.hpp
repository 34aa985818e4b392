// From a trace of GPS reports to the roads that were driven.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "roads/route.hpp"

namespace mms::roads {

struct TracePoint {
  Coordinate place;
  std::optional<double> at_s;        // any clock; points without times are never called teleports for their speed
  std::optional<double> accuracy_m;  // one standard deviation
};

struct MatchSettings {
  double accuracy_m = 8;        // of points that do not say
  double detour_m = 20;         // Newson and Krumm's β: how far a route may be longer than the line between two points
  double most_speed_mps = 70;   // faster is a teleport
  std::size_t candidates = 10;  // directed edges a point
  double most_radius_m = 150;   // roads farther off are no candidates
  std::size_t outliers = 3;     // points in a row that may be left out before a new route begins
};

struct MatchedPoint {
  bool is_matched = false;
  RoadPosition position;
  DirectedEdge edge = 0;
  std::size_t route = 0;  // which of the routes it lies on
  double confidence = 0;  // posterior probability of this edge among the candidates, given the whole trace
};
struct MatchedRoute {
  RoutePath path;         // its weight is the length in cm
  double confidence = 0;  // mean over its points
};
struct Match {
  std::vector<MatchedPoint> points;  // one for each point of the trace
  std::vector<MatchedRoute> routes;  // more than one where the trace has gaps that no road bridges
};

// Hidden Markov model (Newson, Krumm, "Hidden Markov Map Matching Through Noise and Sparseness", 2009): Viterbi for the
// path, forward and backward passes for the confidence. `distances` is a metric of distance alone for the model's
// vehicle. Points off the map, gaps and teleports cut the trace; nothing makes it fail.
Match match_trace(const RoadGraph& graph,
                  const CostModel& model,
                  const Metric& distances,
                  std::span<const TracePoint> trace,
                  const MatchSettings& settings = {});

}  // namespace mms::roads
