// Multi-objective label setting.
#include "roads/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <queue>

#include "roads/pareto_choice.hpp"

namespace mms::roads {
namespace {

using Costs = std::array<std::int64_t, most_pareto_objectives>;  // unused places are 0

class LabelSearch {
 public:
  LabelSearch(const RoadGraph& graph, const ParetoRequest& request, SearchSpace& space)
      : graph_(graph), request_(request), objectives_(request.objectives), space_(space) {}

  ParetoFront run() {
    ParetoFront front;
    if (objectives_.empty() || !prepare()) return front;
    add_direct();
    add_seeds();
    push_sources();
    while (!queue_.empty()) {
      const std::uint32_t label = queue_.top().label;
      queue_.pop();
      settle(label);
      if (labels_.size() > request_.most_labels) {
        front.complete = false;
        break;
      }
    }
    front.labels = labels_.size();
    finish(front);
    return front;
  }

 private:
  struct PathLabel {
    Costs costs;  // to the end of the state's edge
    std::uint32_t state;
    std::uint32_t before;  // label; none at the source
    std::uint32_t next;    // settled label of the same state
  };
  struct Entry {
    double order;
    std::uint32_t label;
    bool operator<(const Entry& other) const { return order > other.order; }
  };
  struct Solution {
    Costs costs;
    std::vector<std::uint32_t> states;  // empty: driven on one edge
    DirectedEdge direct = none;
  };

  std::size_t count() const { return objectives_.size(); }
  const Metric& metric(std::size_t o) const { return *objectives_[o].metric; }

  // Lower bounds and the target's labels; false when there is no way at all.
  bool prepare() {
    targets_ = target_labels(graph_, metric(0), request_.to);
    if (targets_.empty()) return false;
    for (std::size_t o = 0; o < count(); ++o) {
      bounds_.push_back(weights_to(graph_, metric(o), target_labels(graph_, metric(o), request_.to)));
    }
    settled_.assign(graph_.states(), none);
    for (std::size_t o = 0; o < count(); ++o) {
      const auto best = find_route(graph_, metric(o), request_.from, request_.to, space_);
      if (!best) return false;
      scale_[o] = 1.0 / std::max<double>(1, best->weight);
      seeds_.push_back(*best);
    }
    return true;
  }

  // The bound on what comes after a state; nothing when the target cannot be reached from it.
  bool bound(std::uint32_t state, Costs& costs) const {
    for (std::size_t o = 0; o < count(); ++o) {
      if (bounds_[o].weight[state] >= infinite) return false;
      costs[o] += static_cast<std::int64_t>(bounds_[o].weight[state]) - bounds_[o].bias;
    }
    return true;
  }
  static bool covers(const Costs& a, const Costs& b) {
    return a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2] && a[3] <= b[3];
  }
  bool is_hopeless(const Costs& at_least) const {
    const double slack = 1 + request_.epsilon;
    return std::ranges::any_of(solutions_, [&](const Solution& s) {
      for (std::size_t o = 0; o < count(); ++o) {
        if (static_cast<double>(s.costs[o]) > slack * static_cast<double>(at_least[o])) return false;
      }
      return true;
    });
  }

  void push(const Costs& costs, std::uint32_t state, std::uint32_t before) {
    Costs at_least = costs;
    if (!bound(state, at_least) || is_hopeless(at_least)) return;
    double order = 0;
    for (std::size_t o = 0; o < count(); ++o) order += static_cast<double>(at_least[o]) * scale_[o];
    queue_.push({order, static_cast<std::uint32_t>(labels_.size())});
    labels_.push_back({costs, state, before, none});
  }

  void push_sources() {
    for (const Label& source : source_labels(graph_, metric(0), request_.from)) {
      const DirectedEdge edge = graph_.edge_of(source.state);
      Costs costs{};
      for (std::size_t o = 0; o < count(); ++o) {
        costs[o] = metric(o).edge_weight[edge] - weight_before(metric(o), edge, request_.from);
      }
      push(costs, source.state, none);
    }
  }

  void settle(std::uint32_t number) {
    const PathLabel label = labels_[number];
    Costs at_least = label.costs;
    if (!bound(label.state, at_least) || is_hopeless(at_least)) return;
    for (std::uint32_t other = settled_[label.state]; other != none; other = labels_[other].next) {
      if (covers(labels_[other].costs, label.costs)) return;
    }
    labels_[number].next = settled_[label.state];
    settled_[label.state] = number;
    if (label.before != none && std::ranges::find(targets_, label.state, &Label::state) != targets_.end()) {
      arrive(number);
      return;
    }
    const RoadFile& f = graph_.file();
    for (std::uint32_t turn = f.turn_first[label.state]; turn < f.turn_first[label.state + 1]; ++turn) {
      Costs costs = label.costs;
      if (drive(turn, costs)) push(costs, f.turns[turn].to, number);
    }
  }
  // Adds a turn and the edge behind it; false when closed.
  bool drive(std::uint32_t turn, Costs& costs) const {
    const DirectedEdge edge = graph_.edge_of(graph_.file().turns[turn].to);
    for (std::size_t o = 0; o < count(); ++o) {
      const Weight step = (*metric(o).turn_weight)[turn], weight = metric(o).edge_weight[edge];
      if (step >= infinite || weight >= infinite) return false;
      costs[o] += std::int64_t{step} + weight;
    }
    return true;
  }

  // Takes off what lies beyond the target.
  Costs cut_at_target(Costs costs, DirectedEdge edge) const {
    for (std::size_t o = 0; o < count(); ++o) {
      costs[o] -= static_cast<std::int64_t>(metric(o).edge_weight[edge]) - weight_before(metric(o), edge, request_.to);
    }
    return costs;
  }
  void arrive(std::uint32_t number) {
    Solution solution{cut_at_target(labels_[number].costs, graph_.edge_of(labels_[number].state)), {}, none};
    for (std::uint32_t at = number; at != none; at = labels_[at].before) solution.states.push_back(labels_[at].state);
    std::ranges::reverse(solution.states);
    keep(std::move(solution));
  }
  void keep(Solution solution) {
    for (const Solution& s : solutions_) {
      if (covers(s.costs, solution.costs)) return;
    }
    std::erase_if(solutions_, [&](const Solution& s) { return covers(solution.costs, s.costs); });
    solutions_.push_back(std::move(solution));
  }

  // Source and target on one edge, in order.
  void add_direct() {
    if (request_.from.segment != request_.to.segment) return;
    for (const DirectedEdge edge : {directed(request_.from.segment, false), directed(request_.from.segment, true)}) {
      const bool ahead = is_backward(edge) ? request_.to.fraction <= request_.from.fraction
                                           : request_.to.fraction >= request_.from.fraction;
      if (!ahead || metric(0).edge_weight[edge] >= infinite) continue;
      Costs costs{};
      for (std::size_t o = 0; o < count(); ++o) {
        costs[o] =
            std::int64_t{weight_before(metric(o), edge, request_.to)} - weight_before(metric(o), edge, request_.from);
      }
      keep({costs, {}, edge});
    }
  }

  // The best route of each objective is known at once: a front that prunes from the start.
  void add_seeds() {
    for (const RoutePath& seed : seeds_) {
      if (seed.turns.empty()) continue;
      Costs costs{};
      for (std::size_t o = 0; o < count(); ++o) {
        costs[o] = metric(o).edge_weight[seed.edges[0]] - weight_before(metric(o), seed.edges[0], request_.from);
      }
      std::vector<std::uint32_t> states{graph_.turn_from(seed.turns[0])};
      bool open = true;
      for (const std::uint32_t turn : seed.turns) {
        open = open && drive(turn, costs);
        states.push_back(graph_.file().turns[turn].to);
      }
      if (open) keep({cut_at_target(costs, seed.edges.back()), std::move(states), none});
    }
  }

  void finish(ParetoFront& front) {
    std::ranges::sort(solutions_, {}, &Solution::costs);
    std::vector<ParetoRoute> found;
    for (const Solution& solution : solutions_) {
      ParetoRoute route;
      for (std::size_t o = 0; o < count(); ++o) route.weights.push_back(static_cast<Weight>(solution.costs[o]));
      route.path = path_of(solution);
      front.all_weights.push_back(route.weights);
      found.push_back(std::move(route));
    }
    front.routes = choose_routes(graph_, request_, std::move(found));
  }
  RoutePath path_of(const Solution& solution) const {
    RoutePath path{static_cast<Weight>(solution.costs[0]), {}, {}, request_.from, request_.to};
    if (solution.direct != none) path.edges = {solution.direct};
    const RoadFile& f = graph_.file();
    for (std::size_t i = 0; i < solution.states.size(); ++i) {
      path.edges.push_back(graph_.edge_of(solution.states[i]));
      if (i == 0) continue;
      const std::uint32_t before = solution.states[i - 1];
      for (std::uint32_t turn = f.turn_first[before]; turn < f.turn_first[before + 1]; ++turn) {
        if (f.turns[turn].to == solution.states[i]) path.turns.push_back(turn);
      }
    }
    return path;
  }

  const RoadGraph& graph_;
  const ParetoRequest& request_;
  const std::vector<ParetoObjective>& objectives_;
  SearchSpace& space_;
  Labels targets_;
  std::vector<WeightsToTarget> bounds_;
  std::array<double, most_pareto_objectives> scale_{};
  std::vector<RoutePath> seeds_;
  std::vector<PathLabel> labels_;
  std::vector<std::uint32_t> settled_;  // per state the last settled label
  std::priority_queue<Entry> queue_;
  std::vector<Solution> solutions_;
};

}  // namespace

ParetoFront find_pareto_front(const RoadGraph& graph, const ParetoRequest& request, SearchSpace& space) {
  if (request.objectives.size() > most_pareto_objectives) return {};
  return LabelSearch(graph, request, space).run();
}

}  // namespace mms::roads
