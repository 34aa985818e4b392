// Pareto fronts equal those of brute force, keep within ε, and answer few routes that differ.
#include "roads/pareto.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"

namespace mms::roads::tests {
namespace {

using Vector = std::vector<Weight>;

bool covers(const Vector& a, const Vector& b) {
  for (std::size_t o = 0; o < a.size(); ++o) {
    if (a[o] > b[o]) return false;
  }
  return true;
}

// Drives every path that repeats no state, and keeps what nothing covers.
class BruteForce {
 public:
  BruteForce(const RoadGraph& graph,
             const std::vector<Metric>& metrics,
             const RoadPosition& from,
             const RoadPosition& to)
      : graph_(graph), metrics_(metrics), to_(to), seen_(graph.states(), false) {
    for (const Label& label : source_labels(graph, metrics[0], from)) {
      const DirectedEdge edge = graph.edge_of(label.state);
      Vector costs;
      for (const Metric& m : metrics) costs.push_back(m.edge_weight[edge] - weight_before(m, edge, from));
      drive(label.state, costs);
    }
  }
  std::set<Vector> front;

 private:
  void drive(std::uint32_t state, const Vector& costs) {
    seen_[state] = true;
    const RoadFile& f = graph_.file();
    for (std::uint32_t t = f.turn_first[state]; t < f.turn_first[state + 1]; ++t) {
      const std::uint32_t next = f.turns[t].to;
      const DirectedEdge edge = graph_.edge_of(next);
      if (seen_[next] || (*metrics_[0].turn_weight)[t] >= infinite || metrics_[0].edge_weight[edge] >= infinite)
        continue;
      Vector there = costs, arrived;
      for (std::size_t o = 0; o < metrics_.size(); ++o) {
        there[o] += (*metrics_[o].turn_weight)[t] + metrics_[o].edge_weight[edge];
        arrived.push_back(there[o] - (metrics_[o].edge_weight[edge] - weight_before(metrics_[o], edge, to_)));
      }
      if (segment_of(edge) == to_.segment) {
        add(arrived);
      } else {
        drive(next, there);
      }
    }
    seen_[state] = false;
  }
  void add(const Vector& costs) {
    if (std::ranges::any_of(front, [&](const Vector& other) { return covers(other, costs); })) return;
    std::erase_if(front, [&](const Vector& other) { return covers(costs, other); });
    front.insert(costs);
  }

  const RoadGraph& graph_;
  const std::vector<Metric>& metrics_;
  const RoadPosition& to_;
  std::vector<bool> seen_;
};

struct Town {
  std::shared_ptr<const RoadGraph> graph;
  std::vector<Metric> metrics;
  std::vector<ParetoObjective> objectives;
};

Town small_town(std::uint64_t seed) {
  Town town;
  const RoadNetwork network = made_town(3 + seed % 2, 3, seed);
  town.graph = *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
  const std::size_t objectives = 2 + seed % 3;
  for (std::size_t o = 0; o < objectives; ++o) {
    town.metrics.push_back(
        CostModel(*town.graph, usual_car(), only(static_cast<Objective>((o + seed) % objective_count))).metric());
  }
  for (std::size_t o = 0; o < objectives; ++o) {
    town.objectives.push_back({static_cast<Objective>((o + seed) % objective_count), &town.metrics[o]});
  }
  return town;
}

TEST(Pareto, fronts_equal_brute_force_on_500_small_towns) {
  std::size_t fronts_of_many = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Town town = small_town(seed);
    Draw draw(seed);
    SearchSpace space(*town.graph);
    const std::uint32_t a = draw.below(town.graph->segments()),
                        b = (a + 1 + draw.below(town.graph->segments() - 1)) % town.graph->segments();
    ParetoRequest request{{a, 0.25, {}, 0, true}, {b, 0.75, {}, 0, true}, town.objectives, 0};
    const ParetoFront front = find_pareto_front(*town.graph, request, space);
    const BruteForce truth(*town.graph, town.metrics, request.from, request.to);
    ASSERT_EQ(std::set<Vector>(front.all_weights.begin(), front.all_weights.end()), truth.front) << "seed " << seed;
    fronts_of_many += truth.front.size() > 1 ? 1 : 0;

    request.epsilon = 0.1;
    const ParetoFront rough = find_pareto_front(*town.graph, request, space);
    for (Vector exact : truth.front) {
      for (Weight& weight : exact) weight = static_cast<Weight>(weight * 1.1) + 1;
      ASSERT_TRUE(std::ranges::any_of(rough.all_weights, [&](const Vector& found) { return covers(found, exact); }))
          << "seed " << seed;
    }
  }
  EXPECT_GT(fronts_of_many, 60U);
}

TEST(Pareto, the_answer_is_short_and_labelled_and_its_routes_weigh_what_they_say) {
  const RoadNetwork network = made_town(20, 20, 31);
  const auto graph = *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
  std::vector<Metric> metrics;
  for (std::size_t o = 0; o < 3; ++o)
    metrics.push_back(CostModel(*graph, usual_car(), only(static_cast<Objective>(o))).metric());
  ParetoRequest request;
  for (std::size_t o = 0; o < 3; ++o) request.objectives.push_back({static_cast<Objective>(o), &metrics[o]});
  request.at_most = 5;
  Draw draw(32);
  SearchSpace space(*graph);
  int routes = 0;
  for (int pair = 0; pair < 40; ++pair) {
    request.from = {draw.below(graph->segments()), 0.5, {}, 0, true};
    request.to = {draw.below(graph->segments()), 0.5, {}, 0, true};
    const ParetoFront front = find_pareto_front(*graph, request, space);
    EXPECT_TRUE(front.complete);
    EXPECT_LE(front.routes.size(), 5U);
    for (const ParetoRoute& route : front.routes) {
      ++routes;
      EXPECT_FALSE(route.label.empty());
      for (std::size_t o = 0; o < 3 && !route.path.turns.empty(); ++o) {
        const auto best = find_route(*graph, metrics[o], request.from, request.to, space);
        EXPECT_GE(route.weights[o], best->weight);
        const bool is_best = std::ranges::find(route.best_at, static_cast<Objective>(o)) != route.best_at.end();
        EXPECT_EQ(is_best, route.weights[o] == best->weight);
        std::int64_t sum = -std::int64_t{weight_before(metrics[o], route.path.edges.front(), request.from)} +
                           weight_before(metrics[o], route.path.edges.back(), request.to) -
                           metrics[o].edge_weight[route.path.edges.back()];
        for (const DirectedEdge edge : route.path.edges) sum += metrics[o].edge_weight[edge];
        for (const std::uint32_t turn : route.path.turns) sum += (*metrics[o].turn_weight)[turn];
        EXPECT_EQ(sum, route.weights[o]);
      }
    }
  }
  EXPECT_GT(routes, 40);
}

}  // namespace
}  // namespace mms::roads::tests
