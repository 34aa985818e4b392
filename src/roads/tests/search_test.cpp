// CCH answers equal Dijkstra's, paths are drivable and weigh what they claim, changes equal a new start.
#include "roads/search.hpp"

#include <gtest/gtest.h>

#include <set>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"
#include "roads/dijkstra.hpp"

namespace mms::roads::tests {
namespace {

std::shared_ptr<const RoadGraph> graph_of(const RoadNetwork& network) {
  auto bytes = build_road_file(network, order_by_coordinates(network));
  EXPECT_TRUE(bytes.has_value());
  auto graph = RoadGraph::open(std::move(*bytes));
  EXPECT_TRUE(graph.has_value()) << (graph ? "" : graph.error().detail);
  return *graph;
}

Metric random_metric(const RoadGraph& graph, Draw& draw) {
  std::vector<Weight> turns(graph.turns()), edges(graph.edges());
  for (std::uint32_t t = 0; t < graph.turns(); ++t) {
    turns[t] = graph.file().turns[t].flags & turn_forbidden_car ? infinite : draw.below(30);
  }
  for (DirectedEdge e = 0; e < graph.edges(); ++e) {
    const bool open = graph.segment(segment_of(e)).flags & (is_backward(e) ? car_backward : car_forward);
    edges[e] = open && !draw.chance(0.02) ? 1 + draw.below(200) : infinite;
  }
  return customize(graph, std::make_shared<const std::vector<Weight>>(std::move(turns)), std::move(edges));
}

Labels source_at(const RoadGraph& graph, const Metric& metric, std::uint32_t segment, Draw& draw) {
  Labels labels;
  for (const DirectedEdge edge : {directed(segment, false), directed(segment, true)}) {
    const std::uint32_t state = graph.file().edge_state[edge];
    if (state != none && metric.edge_weight[edge] < infinite)
      labels.push_back({state, draw.below(metric.edge_weight[edge] + 1)});
  }
  return labels;
}

Labels target_at(const RoadGraph& graph, const Metric& metric, std::uint32_t segment, Draw& draw) {
  const Weight share = draw.below(101);
  Labels labels;
  for (std::uint32_t v = graph.file().state_first[segment]; v < graph.file().state_first[segment + 1]; ++v) {
    const DirectedEdge edge = graph.edge_of(v);
    if (metric.edge_weight[edge] >= infinite) continue;
    const Weight part = metric.edge_weight[edge] * share / 100;
    labels.push_back({v, is_backward(edge) ? metric.edge_weight[edge] - part : part});
  }
  return labels;
}

Weight best_of(const std::vector<Weight>& weight, const Labels& targets) {
  Weight best = infinite;
  for (const Label& target : targets) {
    if (weight[target.state] < infinite) best = std::min(best, weight[target.state] - target.weight);
  }
  return best;
}

void expect_drivable(
    const RoadGraph& graph, const Metric& metric, const StatePath& path, const Labels& sources, const Labels& targets) {
  ASSERT_FALSE(path.states.empty());
  std::int64_t weight = infinite;
  for (const Label& label : sources) {
    if (label.state == path.states.front()) weight = std::min<std::int64_t>(weight, label.weight);
  }
  for (std::size_t i = 0; i + 1 < path.states.size(); ++i) {
    const std::uint32_t from = path.states[i], to = path.states[i + 1];
    std::uint32_t turn = none;
    for (std::uint32_t t = graph.file().turn_first[from]; t < graph.file().turn_first[from + 1]; ++t) {
      if (graph.file().turns[t].to == to) turn = t;
    }
    ASSERT_NE(turn, none) << "no turn between two states of the path";
    weight += (*metric.turn_weight)[turn] + metric.edge_weight[graph.edge_of(to)];
  }
  std::int64_t behind = -1;
  for (const Label& label : targets) {
    if (label.state == path.states.back()) behind = std::max<std::int64_t>(behind, label.weight);
  }
  EXPECT_EQ(weight - behind, path.weight);
}

// Given a town; then 100 sources × 100 targets agree, as queries, paths, matrix and sweep.
void expect_equal_to_dijkstra(const RoadGraph& graph, const Metric& metric, Draw& draw, int sources, int targets) {
  SearchSpace space(graph);
  std::vector<Labels> from, to;
  std::vector<std::uint32_t> from_segment, to_segment;
  while (std::ssize(from) < sources) {
    from_segment.push_back(draw.below(graph.segments()));
    from.push_back(source_at(graph, metric, from_segment.back(), draw));
  }
  while (std::ssize(to) < targets) {
    to_segment.push_back(draw.below(graph.segments()));
    to.push_back(target_at(graph, metric, to_segment.back(), draw));
  }
  const auto matrix = weight_matrix(graph, metric, from, to);
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto truth = dijkstra(graph, *metric.turn_weight, metric.edge_weight, from[i]);
    for (std::size_t j = 0; j < to.size(); ++j) {
      if (from_segment[i] == to_segment[j]) continue;  // cared for by find_route
      const Weight expected = best_of(truth, to[j]);
      ASSERT_EQ(matrix[i * to.size() + j], expected) << "matrix " << i << " " << j;
      if (from[i].empty() || to[j].empty()) continue;
      ASSERT_EQ(shortest_weight(graph, metric, from[i], to[j], space), expected);
      if ((i + j) % 8 != 0) continue;
      const StatePath path = shortest_path(graph, metric, from[i], to[j], space);
      ASSERT_EQ(path.weight, expected);
      if (expected < infinite) expect_drivable(graph, metric, path, from[i], to[j]);
    }
  }
}

TEST(Search, equals_dijkstra_on_a_made_town_before_and_after_changes) {
  const auto graph = graph_of(made_town(40, 30, 1));
  Draw draw(2);
  Metric metric = random_metric(*graph, draw);
  expect_equal_to_dijkstra(*graph, metric, draw, 100, 100);
  for (const std::uint32_t count : {1U, 10U, graph->edges() / 10}) {
    std::vector<EdgeChange> changes;
    for (std::uint32_t i = 0; i < count; ++i) {
      const DirectedEdge edge = draw.below(graph->edges());
      changes.push_back({edge, draw.chance(0.1) ? infinite : 1 + draw.below(400)});
    }
    const Metric changed = with_changes(*graph, metric, changes);
    const Metric anew = customize(*graph, changed.turn_weight, changed.edge_weight);
    EXPECT_EQ(changed.out_weight, anew.out_weight);
    EXPECT_EQ(changed.in_weight, anew.in_weight);
    expect_equal_to_dijkstra(*graph, changed, draw, 40, 40);
    metric = changed;
  }
}

TEST(Search, equals_dijkstra_on_many_small_towns) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto graph = graph_of(made_town(3 + seed % 5, 2 + seed % 4, seed));
    Draw draw(seed + 1000);
    const Metric metric = random_metric(*graph, draw);
    ASSERT_NO_FATAL_FAILURE(expect_equal_to_dijkstra(*graph, metric, draw, 12, 12)) << "seed " << seed;
  }
}

TEST(Search, sweep_to_a_target_equals_the_queries) {
  const auto graph = graph_of(made_town(20, 20, 5));
  Draw draw(6);
  const Metric metric = random_metric(*graph, draw);
  SearchSpace space(*graph);
  for (int round = 0; round < 10; ++round) {
    const Labels target = target_at(*graph, metric, draw.below(graph->segments()), draw);
    if (target.empty()) continue;
    const auto sweep = weights_to(*graph, metric, target);
    for (std::uint32_t v = 0; v < graph->states(); v += 7) {
      const Label source{v, 0};
      bool is_target = false;
      for (const Label& label : target) is_target |= label.state == v;
      if (is_target || metric.edge_weight[graph->edge_of(v)] >= infinite) continue;
      const Weight expected = shortest_weight(*graph, metric, {&source, 1}, target, space);
      ASSERT_EQ(sweep.weight[v] >= infinite ? infinite : sweep.weight[v] - sweep.bias, expected);
    }
  }
}

}  // namespace
}  // namespace mms::roads::tests
