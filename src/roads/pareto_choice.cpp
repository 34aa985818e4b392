// Chooses and labels routes of a front.
#include "roads/pareto_choice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

namespace mms::roads {
namespace {

// Share of b's length that a drives too.
double overlap(const RoadGraph& graph, const RoutePath& a, const RoutePath& b) {
  const std::unordered_set<DirectedEdge> driven(a.edges.begin(), a.edges.end());
  double shared = 0, whole = 0;
  for (const DirectedEdge edge : b.edges) {
    const double length = graph.segment(segment_of(edge)).length_cm;
    whole += length;
    if (driven.contains(edge)) shared += length;
  }
  return whole > 0 ? shared / whole : 1;
}

// How different two routes are to one who weighs shares: the largest ratio in any objective.
double distance(const ParetoRoute& a, const ParetoRoute& b) {
  double largest = 0;
  for (std::size_t o = 0; o < a.weights.size(); ++o) {
    largest = std::max(largest, std::abs(std::log((a.weights[o] + 1.0) / (b.weights[o] + 1.0))));
  }
  return largest;
}

std::string label_of(const std::vector<Objective>& best_at) {
  constexpr std::array<std::string_view, objective_count> names = {"fastest", "shortest", "least energy", "safest",
                                                                   "cheapest"};
  if (best_at.empty()) return "balanced";
  std::string label;
  for (std::size_t i = 0; i < best_at.size(); ++i) {
    if (i > 0) label += i + 1 == best_at.size() ? " and " : ", ";
    label += names[static_cast<std::size_t>(best_at[i])];
  }
  return label;
}

class Chooser {
 public:
  Chooser(const RoadGraph& graph, const ParetoRequest& request, std::vector<ParetoRoute> found)
      : graph_(graph), request_(request), found_(std::move(found)), taken_(found_.size(), false) {}

  std::vector<ParetoRoute> run() {
    for (std::size_t o = 0; o < request_.objectives.size() && !found_.empty(); ++o) {
      const auto best = std::ranges::min_element(found_, {}, [o](const ParetoRoute& r) { return r.weights[o]; });
      take(static_cast<std::size_t>(best - found_.begin()), 1);
    }
    for (std::size_t next = farthest(); next < found_.size(); next = farthest()) take(next, request_.most_overlap);
    std::vector<ParetoRoute> routes;
    for (const std::size_t i : chosen_) routes.push_back(found_[i]);
    std::ranges::sort(routes, {}, &ParetoRoute::weights);
    for (std::size_t o = 0; o < request_.objectives.size(); ++o) {
      const Weight best = std::ranges::min(routes, {}, [o](const ParetoRoute& r) { return r.weights[o]; }).weights[o];
      for (ParetoRoute& route : routes) {
        if (route.weights[o] == best) route.best_at.push_back(request_.objectives[o].objective);
      }
    }
    for (ParetoRoute& route : routes) route.label = label_of(route.best_at);
    return routes;
  }

 private:
  void take(std::size_t i, double most_overlap) {
    if (taken_[i]) return;
    taken_[i] = true;
    if (chosen_.size() >= request_.at_most) return;
    for (const std::size_t other : chosen_) {
      if (most_overlap < 1 && overlap(graph_, found_[other].path, found_[i].path) > most_overlap) return;
    }
    chosen_.push_back(i);
  }
  // The one not yet looked at whose nearest chosen neighbour is farthest away; none left: the number of all.
  std::size_t farthest() const {
    std::size_t best = found_.size();
    double best_distance = -1;
    for (std::size_t i = 0; i < found_.size() && chosen_.size() < request_.at_most; ++i) {
      if (taken_[i]) continue;
      double nearest = std::numeric_limits<double>::infinity();
      for (const std::size_t other : chosen_) nearest = std::min(nearest, distance(found_[i], found_[other]));
      if (nearest > best_distance) {
        best_distance = nearest;
        best = i;
      }
    }
    return best;
  }

  const RoadGraph& graph_;
  const ParetoRequest& request_;
  std::vector<ParetoRoute> found_;
  std::vector<bool> taken_;
  std::vector<std::size_t> chosen_;
};

}  // namespace

std::vector<ParetoRoute> choose_routes(const RoadGraph& graph,
                                       const ParetoRequest& request,
                                       std::vector<ParetoRoute> found) {
  if (found.empty()) return found;
  return Chooser(graph, request, std::move(found)).run();
}

}  // namespace mms::roads
