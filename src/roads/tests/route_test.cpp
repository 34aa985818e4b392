// Routes between positions: exact everywhere, also within one street; shapes, values and steps fit together.
#include "roads/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"
#include "roads/polyline.hpp"
#include "roads/steps.hpp"

namespace mms::roads::tests {
namespace {

std::shared_ptr<const RoadGraph> graph_of(const RoadNetwork& network) {
  return *RoadGraph::open(*build_road_file(network, order_by_coordinates(network)));
}

RoadPosition draw_position(const RoadGraph& graph, Draw& draw) {
  const std::uint32_t segment = draw.below(graph.segments());
  const double fraction = draw.below(5) / 4.0;
  const auto shape = graph.file().shape_of(segment);
  return {segment, fraction, between(shape.front(), shape.back(), fraction), 0, true};
}

TEST(Route, equals_dijkstra_for_every_objective_and_vehicle_before_and_after_traffic) {
  const auto graph = graph_of(made_town(16, 14, 11));
  Draw draw(12);
  SearchSpace space(*graph);
  for (const Vehicle& vehicle : {usual_car(), usual_truck()}) {
    for (std::size_t o = 0; o < objective_count; ++o) {
      const CostModel model(*graph, vehicle, only(static_cast<Objective>(o)));
      Metric metric = model.metric();
      for (int round = 0; round < 2; ++round) {
        for (int pair = 0; pair < 60; ++pair) {
          const RoadPosition from = draw_position(*graph, draw);
          RoadPosition to = draw_position(*graph, draw);
          if (pair % 4 == 0) to.segment = from.segment;
          const auto route = find_route(*graph, metric, from, to, space);
          ASSERT_EQ(route ? route->weight : infinite, dijkstra_weight(*graph, metric, from, to));
        }
        std::vector<EdgeTraffic> traffic;
        for (int i = 0; i < 50; ++i)
          traffic.push_back({draw.below(graph->edges()), 3.0 + draw.below(90), draw.chance(0.1)});
        metric = with_changes(*graph, metric, model.changes(traffic));
      }
    }
  }
}

TEST(Route, matrix_equals_single_routes_also_within_a_street) {
  const auto graph = graph_of(made_town(12, 9, 13));
  Draw draw(14);
  const CostModel model(*graph, usual_car(), only(Objective::time));
  const Metric metric = model.metric();
  SearchSpace space(*graph);
  std::vector<RoadPosition> places;
  for (int i = 0; i < 40; ++i) places.push_back(draw_position(*graph, draw));
  const auto matrix = find_matrix(*graph, metric, places, places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < places.size(); ++j) {
      const auto route = find_route(*graph, metric, places[i], places[j], space);
      ASSERT_EQ(matrix[i * places.size() + j], route ? route->weight : infinite);
    }
  }
}

TEST(Route, shape_values_and_steps_agree) {
  const auto graph = graph_of(made_town(16, 14, 15));
  Draw draw(16);
  const CostModel model(*graph, usual_car(), only(Objective::distance));
  const Metric metric = model.metric();
  SearchSpace space(*graph);
  int routes = 0;
  for (int pair = 0; pair < 300; ++pair) {
    const RoadPosition from = draw_position(*graph, draw), to = draw_position(*graph, draw);
    const auto route = find_route(*graph, metric, from, to, space);
    if (!route) continue;
    ++routes;
    const auto shape = shape_of(*graph, *route);
    EXPECT_EQ(shape.front(), from.point);
    EXPECT_EQ(shape.back(), to.point);
    double length = 0;
    for (std::size_t i = 1; i < shape.size(); ++i) length += meters_between(shape[i - 1], shape[i]);
    const auto values = values_of(*graph, model, *route);
    EXPECT_NEAR(length, values[1], 1 + length * 0.001);
    const auto steps = steps_of(*graph, model, *route);
    EXPECT_EQ(steps.front().maneuver, Maneuver::depart);
    EXPECT_EQ(steps.back().maneuver, Maneuver::arrive);
    double distance = 0, duration = 0;
    for (const Step& step : steps) {
      distance += step.distance_m;
      duration += step.duration_s;
      EXPECT_FALSE(step.instruction.empty());
    }
    EXPECT_NEAR(distance, values[1], 1e-6 * (1 + distance));
    EXPECT_NEAR(duration, values[0], 1e-6 * (1 + duration));
    const auto back = from_polyline6(to_polyline6(shape));
    ASSERT_TRUE(back.has_value());
    ASSERT_EQ(back->size(), shape.size());
    for (std::size_t i = 0; i < shape.size(); ++i)
      EXPECT_LE(std::abs((*back)[i].latitude_e7 - shape[i].latitude_e7), 5);
  }
  EXPECT_GT(routes, 100);
}

TEST(Route, from_a_place_to_itself_is_nothing_to_drive) {
  const auto graph = graph_of(made_town(6, 6, 61));
  const CostModel model(*graph, usual_car(), only(Objective::time));
  const Metric metric = model.metric();
  SearchSpace space(*graph);
  const auto at = *snap(*graph, model, graph->file().shape[3], 500);
  const auto route = find_route(*graph, metric, at, at, space);
  ASSERT_TRUE(route.has_value());
  EXPECT_EQ(route->weight, 0U);
  EXPECT_EQ(steps_of(*graph, model, *route).size(), 2U);
  EXPECT_EQ(values_of(*graph, model, *route)[0], 0);
}

TEST(Snap, finds_the_nearest_street_as_brute_force_does) {
  const auto graph = graph_of(made_town(16, 14, 17));
  Draw draw(18);
  const CostModel model(*graph, usual_car(), only(Objective::time));
  for (int i = 0; i < 300; ++i) {
    const Coordinate place = coordinate(46.999 + draw.below(32'000) * 1e-6, 9.499 + draw.below(52'000) * 1e-6);
    double expected = 1e9;
    for (std::uint32_t s = 0; s < graph->segments(); ++s) {
      if (!model.may_use(directed(s, false)) && !model.may_use(directed(s, true))) continue;
      const auto shape = graph->file().shape_of(s);
      for (std::size_t k = 0; k + 1 < shape.size(); ++k)
        expected = std::min(expected, project(place, shape[k], shape[k + 1]).distance_m);
    }
    const auto found = nearest_positions(*graph, model, place, 5, 100'000);
    ASSERT_EQ(found.size(), 5U);
    EXPECT_NEAR(found.front().distance_m, expected, 1e-6);
    EXPECT_TRUE(std::ranges::is_sorted(found, {}, &RoadPosition::distance_m));
  }
  EXPECT_FALSE(snap(*graph, model, coordinate(10, 10), 5000).has_value());
}

TEST(Snap, prefers_the_main_part_over_an_island_that_is_a_little_nearer) {
  RoadNetwork network;
  const std::uint32_t both = car_forward | car_backward;
  for (const double x : {0.0, 0.01, 0.02, 0.03}) network.junctions.push_back({coordinate(47, 9 + x), false});
  for (const double x : {0.01, 0.02}) network.junctions.push_back({coordinate(47.001, 9 + x), false});
  for (const std::uint32_t a : {0U, 1U, 2U}) add_road(network, a, a + 1, both, 50, a);
  add_road(network, 4, 5, both, 50, 9);
  const auto graph = graph_of(network);
  const CostModel model(*graph, usual_car(), only(Objective::time));
  const auto near_island = snap(*graph, model, coordinate(47.0009, 9.015), 1000);
  ASSERT_TRUE(near_island.has_value());
  EXPECT_TRUE(near_island->in_main_part);
  EXPECT_NEAR(near_island->distance_m, 100, 2);
  const auto on_island = snap(*graph, model, coordinate(47.01, 9.015), 5000);
  ASSERT_TRUE(on_island.has_value());
  EXPECT_TRUE(on_island->in_main_part);
}

TEST(Avoidance, closed_areas_classes_and_edges_are_never_driven) {
  const auto graph = graph_of(made_town(16, 14, 19));
  Draw draw(20);
  Avoidance avoidance;
  avoidance.classes = 1U << static_cast<unsigned>(RoadClass::primary);
  avoidance.tolls = true;
  avoidance.areas.push_back({{coordinate(47.008, 9.51), coordinate(47.008, 9.525), coordinate(47.02, 9.52)}, {}, 0});
  avoidance.areas.push_back({{}, coordinate(47.004, 9.53), 150});
  avoidance.edges = {4, 5, 6};
  const CostModel model(*graph, usual_car(), only(Objective::time), avoidance);
  const Metric metric = model.metric();
  SearchSpace space(*graph);
  int routes = 0;
  for (int pair = 0; pair < 300; ++pair) {
    const auto route = find_route(*graph, metric, draw_position(*graph, draw), draw_position(*graph, draw), space);
    if (!route) continue;
    ++routes;
    for (const DirectedEdge edge : route->edges) {
      const Segment& s = graph->segment(segment_of(edge));
      EXPECT_NE(s.road_class, RoadClass::primary);
      EXPECT_EQ(s.flags & toll_car, 0U);
      EXPECT_FALSE(edge >= 4 && edge <= 6);
      for (const Area& area : avoidance.areas) EXPECT_FALSE(touches(area, graph->file().shape_of(segment_of(edge))));
    }
  }
  EXPECT_GT(routes, 30);
}

}  // namespace
}  // namespace mms::roads::tests
