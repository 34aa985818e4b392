// Traces made by driving a known route, disturbed, are matched to that route; gaps and teleports cut, nothing crashes.
#include "roads/match.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "made_network.hpp"
#include "roads/build_road_file.hpp"

namespace mms::roads::tests {
namespace {

double normal(Draw& draw) {
  const double a = (draw.below(1'000'000) + 1) / 1'000'001.0, b = draw.below(1'000'000) / 1'000'000.0;
  return std::sqrt(-2 * std::log(a)) * std::cos(2 * std::numbers::pi * b);
}

Coordinate shaken(Coordinate place, double sigma_m, Draw& draw) {
  const double lat = sigma_m * normal(draw) / 111'195,
               lon = sigma_m * normal(draw) / (111'195 * std::cos(place.latitude() * std::numbers::pi / 180));
  return coordinate(place.latitude() + lat, place.longitude() + lon);
}

// A point every `step_m` along the line.
std::vector<TracePoint> drive(const std::vector<Coordinate>& line, double step_m, double sigma_m, Draw& draw) {
  std::vector<TracePoint> trace;
  double next = 0, driven = 0;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double length = meters_between(line[i], line[i + 1]);
    for (; next <= driven + length; next += step_m) {
      trace.push_back({shaken(between(line[i], line[i + 1], length > 0 ? (next - driven) / length : 0), sigma_m, draw),
                       next / 10,
                       {}});
    }
    driven += length;
  }
  return trace;
}

class MatchTest : public testing::Test {
 protected:
  MatchTest()
      : network_(made_town(20, 20, 41)),
        graph_(*RoadGraph::open(*build_road_file(network_, order_by_coordinates(network_)))),
        model_(*graph_, usual_car(), only(Objective::distance)),
        metric_(model_.metric()),
        space_(*graph_) {}

  std::optional<RoutePath> draw_route(Draw& draw) {
    return find_route(*graph_, metric_, {draw.below(graph_->segments()), 0.3, {}, 0, true},
                      {draw.below(graph_->segments()), 0.7, {}, 0, true}, space_);
  }

  RoadNetwork network_;
  std::shared_ptr<const RoadGraph> graph_;
  CostModel model_;
  Metric metric_;
  SearchSpace space_;
};

// Edges in the true route and in the match, as a share of the union.
double agreement(const std::vector<DirectedEdge>& a, const std::vector<DirectedEdge>& b) {
  const std::size_t both = static_cast<std::size_t>(
      std::ranges::count_if(a, [&](DirectedEdge e) { return std::ranges::find(b, e) != b.end(); }));
  return static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

TEST_F(MatchTest, noisy_traces_find_the_route_that_was_driven) {
  Draw draw(42);
  double sum = 0, confidence = 0;
  int traces = 0;
  for (int i = 0; i < 200 && traces < 60; ++i) {
    auto route = draw_route(draw);
    if (!route || route->edges.size() < 8) continue;
    const auto shape = graph_->file().shape_of(route->from.segment);
    route->from.point = between(shape.front(), shape.back(), route->from.fraction);
    const auto shape_to = graph_->file().shape_of(route->to.segment);
    route->to.point = between(shape_to.front(), shape_to.back(), route->to.fraction);
    const auto trace = drive(shape_of(*graph_, *route), 60, 8, draw);
    const Match match = match_trace(*graph_, model_, metric_, trace);
    ASSERT_EQ(match.points.size(), trace.size());
    ++traces;
    std::vector<DirectedEdge> driven;
    for (const MatchedRoute& matched : match.routes) {
      driven.insert(driven.end(), matched.path.edges.begin(), matched.path.edges.end());
      ASSERT_EQ(matched.path.turns.size() + 1, matched.path.edges.size());
      confidence += matched.confidence / static_cast<double>(match.routes.size());
    }
    sum += agreement(route->edges, driven);
  }
  ASSERT_GT(traces, 40);
  EXPECT_GT(sum / traces, 0.93);
  EXPECT_GT(confidence / traces, 0.85);
}

TEST_F(MatchTest, a_teleport_and_points_off_the_map_are_left_out) {
  Draw draw(43);
  std::optional<RoutePath> route;
  while (!route || route->edges.size() < 12) route = draw_route(draw);
  route->from.point = shape_of(*graph_, *route)[1];
  auto trace = drive(shape_of(*graph_, *route), 50, 3, draw);
  trace[4].place = coordinate(10, 10);
  trace[7].place = coordinate(trace[7].place.latitude() + 0.02, trace[7].place.longitude() + 0.02);
  const Match match = match_trace(*graph_, model_, metric_, trace);
  EXPECT_FALSE(match.points[4].is_matched);
  EXPECT_FALSE(match.points[7].is_matched);
  EXPECT_TRUE(match.points[3].is_matched);
  EXPECT_TRUE(match.points[9].is_matched);
  EXPECT_EQ(match.routes.size(), 1U);
}

TEST_F(MatchTest, hostile_traces_answer_something) {
  EXPECT_TRUE(match_trace(*graph_, model_, metric_, {}).routes.empty());
  const TracePoint one{coordinate(47.01, 9.51), {}, {}};
  EXPECT_EQ(match_trace(*graph_, model_, metric_, {&one, 1}).points.size(), 1U);
  Draw draw(44);
  std::vector<TracePoint> wild;
  for (int i = 0; i < 200; ++i) {
    const double time = draw.chance(0.1) ? std::nan("") : draw.below(1000);
    wild.push_back({coordinate(46.99 + draw.below(60) * 0.001, 9.49 + draw.below(80) * 0.001), time,
                    draw.chance(0.2) ? std::optional(0.0) : std::nullopt});
  }
  const Match match = match_trace(*graph_, model_, metric_, wild);
  EXPECT_EQ(match.points.size(), wild.size());
  const std::vector<TracePoint> still(50, {graph_->file().shape[0], {}, {}});
  EXPECT_EQ(match_trace(*graph_, model_, metric_, still).routes.size(), 1U);
}

}  // namespace
}  // namespace mms::roads::tests
