// Routes, matrices, plans and what is refused, on a made town.
#include "routing/rules/route_answers.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "routing/rules/geodesic_answers.hpp"
#include "routing/rules/plan_answers.hpp"
#include "routing/rules/traffic_input.hpp"
#include "routing/tests/made_town.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using tests::corner;
using vocabulary::ProblemKind;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));

class Town : public testing::Test {
 protected:
  std::shared_ptr<const roads::RoadGraph> graph = tests::made_town();
  PriceBook book = tests::plain_book(graph);
  RouteInput from_to(Coordinates from, Coordinates to) {
    RouteInput input;
    input.from = from;
    input.to = to;
    return input;
  }
  auto find(const RouteInput& input) { return find_routes(*graph, book, input, kNow); }
};

vehicles::Area circle(Coordinates center, double radius_m) {
  vehicles::Area area;
  area.circle = vehicles::Circle{center, {radius_m}};
  return area;
}

TEST_F(Town, A_route_has_steps_that_add_up_to_it_and_names_its_roads) {
  const auto view = find(from_to(corner(2, 0.1), corner(2, 3.9)));
  ASSERT_TRUE(view) << view.error().detail;
  const auto& route = view->routes.at(0);
  EXPECT_NEAR(route.distance_m, 3.8 * 227.5, 5);
  EXPECT_EQ(route.label, "fastest");
  double sum = 0;
  for (const auto& step : *route.steps) sum += step.distance_m;
  EXPECT_NEAR(sum, route.distance_m, 0.5);
  EXPECT_EQ(route.steps->front().name, "Row 2");
  EXPECT_EQ(view->source, AnswerSource::roads);
  EXPECT_NEAR(std::chrono::duration<double>(route.arrival - kNow).count(), route.duration_s, 0.1);
}

TEST_F(Town, Every_matrix_cell_is_the_route_of_its_pair) {
  MatrixInput input;
  for (const auto place : {corner(0, 0), corner(3, 1), corner(4.5 / 2, 4), corner(0.5, 3)}) input.from.push_back(place);
  const auto matrix = find_matrices(*graph, book, input, kNow);
  ASSERT_TRUE(matrix);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const auto route = find(from_to(input.from[i], input.from[j]));
      ASSERT_TRUE(route);
      EXPECT_NEAR(matrix->matrices[0].rows.cells[i * 4 + j], route->routes[0].duration_s, 0.2);
    }
  }
}

TEST_F(Town, The_same_place_twice_is_a_route_of_no_length_whose_line_has_two_points) {
  const auto view = find(from_to(corner(1, 1.3), corner(1, 1.3)));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->routes[0].distance_m, 0);
  const auto& line = view->routes[0].geometry.json;
  EXPECT_EQ(std::ranges::count(line, '['), 3) << line;
}

TEST_F(Town, What_cannot_be_driven_is_refused_by_name) {
  const auto off = find(from_to(corner(0, 0), {{50}, {9}}));
  ASSERT_FALSE(off);
  EXPECT_EQ(off.error().kind, ProblemKind::invalid_fields);
  EXPECT_EQ(off.error().errors.at(0).pointer, "/to");
  EXPECT_EQ(off.error().errors.at(0).code, "off_the_map");
  const auto island = find(from_to(corner(0, 0), tests::island()));
  ASSERT_FALSE(island);
  EXPECT_EQ(island.error().kind, ProblemKind::no_route);
  auto front = from_to(corner(0, 0), tests::island());
  front.alternatives.value.value = 3;
  EXPECT_EQ(find(front).error().kind, ProblemKind::no_route);
}

TEST_F(Town, A_closed_area_around_the_start_is_refused_and_one_on_the_way_is_driven_around) {
  auto input = from_to(corner(2, 0), corner(2, 4));
  input.avoid = Avoid{};
  input.avoid->areas.push_back(circle(corner(2, 0), 100));
  EXPECT_EQ(find(input).error().errors.at(0).code, "in_avoided_area");
  input.avoid->areas[0] = circle(corner(2, 2), 50);
  const auto around = find(input);
  ASSERT_TRUE(around);
  EXPECT_NEAR(around->routes[0].distance_m, 6 * 225, 20);
  input.avoid->areas.clear();
  input.avoid->edges.push_back({graph->edges()});
  EXPECT_EQ(find(input).error().errors.at(0).pointer, "/avoid/edges/0");
}

TEST_F(Town, Vias_are_passed_in_order) {
  auto input = from_to(corner(0, 0), corner(0, 4));
  input.via.push_back(corner(4, 2));
  const auto view = find(input);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->routes[0].legs.size(), 2U);
  EXPECT_NEAR(view->routes[0].distance_m, 12 * 225, 40);
}

TEST_F(Town, No_alternative_is_worse_than_another_in_everything) {
  auto input = from_to(corner(0, 0), corner(4, 4));
  input.alternatives.value.value = 6;
  const auto view = find(input);
  ASSERT_TRUE(view);
  ASSERT_FALSE(view->routes.empty());
  for (const auto& a : view->routes) {
    for (const auto& b : view->routes) {
      if (&a == &b) continue;
      EXPECT_FALSE(a.duration_s < b.duration_s - 0.2 && a.distance_m < b.distance_m - 0.2 &&
                   a.values->energy_wh < b.values->energy_wh - 0.2);
    }
  }
}

TEST_F(Town, Traffic_counts_for_a_departure_of_now_and_not_for_one_of_tomorrow) {
  auto input = from_to(corner(2, 0), corner(2, 4));
  EXPECT_TRUE(find(input)->traffic);
  input.departure = kNow + std::chrono::hours(2);
  EXPECT_FALSE(find(input)->traffic);
}

TEST_F(Town, A_plan_serves_what_it_can_and_says_why_not_the_rest) {
  RoutePlanInput input;
  input.start = corner(0, 0);
  for (const auto place : {corner(4, 4), corner(0, 1), tests::island()}) {
    PlanStop stop;
    stop.latitude = place.latitude;
    stop.longitude = place.longitude;
    input.stops.push_back(stop);
  }
  input.stops[1].id = Identifier("first");
  for (const bool on_roads : {true, false}) {
    const auto share = [n = 0]() mutable { return ++n * 0.1; };
    const auto plan = on_roads ? plan_on_roads(*graph, book, input, kNow, share) : plan_geodesic(input, kNow, share);
    ASSERT_TRUE(plan) << plan.error().detail;
    EXPECT_EQ(plan->visits.at(0).id, "first");
    EXPECT_EQ(plan->left_out.size(), on_roads ? 1U : 0U);
    if (on_roads) {
      EXPECT_EQ(plan->left_out[0].reason, "no_road");
    }
  }
}

TEST(Geodesic, Without_a_map_wishes_for_roads_are_refused_never_passed_over) {
  RouteInput input;
  input.from = corner(0, 0);
  input.to = corner(4, 0);
  const auto view = geodesic_routes(input, kNow);
  ASSERT_TRUE(view);
  EXPECT_NEAR(view->routes[0].distance_m, 1.3 * 889.6, 3);
  input.avoid = Avoid{};
  EXPECT_EQ(geodesic_routes(input, kNow).error().kind, ProblemKind::no_map);
  input.avoid.reset();
  input.weights = Weights{};
  input.weights->risk.value.value = 1;
  EXPECT_EQ(geodesic_routes(input, kNow).error().kind, ProblemKind::no_map);
}

TEST(Pricings, Keys_are_equal_for_equal_pricings_alone) {
  Pricing a;
  a.shares = roads::only(roads::Objective::time);
  auto b = a;
  EXPECT_EQ(key_of(a), key_of(b));
  b.vehicle.height_m = 3.9;
  EXPECT_NE(key_of(a), key_of(b));
  b = a;
  b.avoidance.edges = {12};
  auto c = a;
  c.avoidance.edges = {1, 2};
  EXPECT_NE(key_of(b), key_of(c));
  b = a;
  b.traffic = false;
  EXPECT_NE(key_of(a), key_of(b));
}

TEST(Grids, What_is_not_there_is_null) {
  std::string text;
  append(text, Grid{2, {1, NAN, 2.25, 0}});
  EXPECT_EQ(text, "[[1,null],[2.3,0]]");
}

TEST(TrafficReports, Both_directions_of_a_way_are_two_and_times_are_checked) {
  TrafficInput input;
  input.source = "a";
  input.way = TrafficWay{{7}, {}};
  input.closed.value = true;
  const auto views = views_of(input, "map", "me", kNow);
  ASSERT_EQ(views.size(), 2U);
  EXPECT_NE(target_of(views[0]), target_of(views[1]));
  EXPECT_EQ(views[0].expires_at, kNow + std::chrono::hours(1));
  EXPECT_TRUE(time_faults_of(input, "", kNow).empty());
  input.expires_at = kNow;
  EXPECT_EQ(time_faults_of(input, "/items/3", kNow).at(0).pointer, "/items/3/expires_at");
}

}  // namespace
}  // namespace mms::routing
