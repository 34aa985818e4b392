// Routes of which none is worse than another in every objective.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roads/route.hpp"

namespace mms::roads {

inline constexpr std::size_t most_pareto_objectives = 4;

struct ParetoObjective {
  Objective objective{};
  const Metric* metric = nullptr;  // of this objective alone
};

struct ParetoRequest {
  RoadPosition from, to;
  std::vector<ParetoObjective> objectives;  // 1 to 4; all metrics of one vehicle, avoidance and traffic
  double epsilon = 0.02;       // every Pareto-optimal route is within this share of a found one, in every objective
  std::size_t at_most = 6;     // routes in the answer
  double most_overlap = 0.85;  // of a route's length that it may share with a better one and still be worth showing
  std::size_t most_labels = 500'000;  // bounds time and memory; beyond it the front is not complete
};

struct ParetoRoute {
  RoutePath path;                  // its weight is that of the first objective
  std::vector<Weight> weights;     // per objective, in the order of the request
  std::vector<Objective> best_at;  // nobody in the answer is better at these
  std::string label;               // "fastest", "shortest and safest", "balanced"
};

struct ParetoFront {
  std::vector<ParetoRoute> routes;               // best at the first objective first
  std::vector<std::vector<Weight>> all_weights;  // the whole front, before pruning to routes that differ
  bool complete = true;
  std::size_t labels = 0;
};

// Label setting with lower bounds (NAMOA*: Mandow, Pérez de la Cruz 2010), the bounds exact per objective from the CCH;
// ε by pruning against found routes (Warburton 1987). With ε = 0 the front is the exact one. Empty without a route.
// Refuses (by assertion) no request: 0 objectives give an empty front.
ParetoFront find_pareto_front(const RoadGraph& graph, const ParetoRequest& request, SearchSpace& space);

}  // namespace mms::roads
