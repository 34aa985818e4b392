// Laws of what tracked vehicles say: few say nothing, one liar moves little, stops and parking do not count, all ends.
#include "routing/rules/observed_speeds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "routing/tests/made_town.hpp"

namespace mms::routing {
namespace {

using tests::corner;

constexpr Time kNow = std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000));
constexpr ObservedSettings kSettings{};

EdgePass pass(roads::DirectedEdge edge, double ratio, double ago_s = 0) {
  return {edge, ratio, kNow - vocabulary::seconds(ago_s)};
}

TEST(ObservedSpeeds, Fewer_vehicles_than_the_least_say_nothing_however_often_they_pass) {
  ObservedSpeeds observed(kSettings);
  for (int i = 0; i < 50; ++i) {
    observed.add(1, pass(7, 0.3, 100 - i));
    observed.add(2, pass(7, 0.3, 100 - i));
  }
  EXPECT_TRUE(observed.due(kNow).empty());
  observed.add(3, pass(7, 0.3));
  ASSERT_EQ(observed.due(kNow).size(), 1U);
}

TEST(ObservedSpeeds, Fewer_liars_than_honest_ones_move_it_within_what_the_honest_say_in_any_order) {
  std::mt19937 draw(1);
  std::uniform_real_distribution<double> honest(0.2, 0.5), lie(0.05, 1.25);
  for (int round = 0; round < 300; ++round) {
    const std::size_t good = 2 + draw() % 7, bad = draw() % good;
    std::vector<std::pair<std::uint64_t, EdgePass>> all;
    double low = 9, high = 0;
    for (std::uint64_t v = 0; v < good + bad; ++v) {
      const double ratio = v < good ? honest(draw) : lie(draw);
      if (v < good) low = std::min(low, ratio), high = std::max(high, ratio);
      all.emplace_back(v, pass(3, ratio, static_cast<double>(draw() % 500)));
      all.emplace_back(v, pass(3, lie(draw), 510));  // an earlier pass of the same vehicle
    }
    if (good + bad < kSettings.least_vehicles) continue;
    std::optional<double> first;
    for (int order = 0; order < 3; ++order) {
      std::ranges::shuffle(all, draw);
      ObservedSpeeds observed(kSettings);
      for (const auto& [vehicle, one] : all) observed.add(vehicle, one);
      const auto due = observed.due(kNow);
      ASSERT_EQ(due.size(), 1U);
      EXPECT_GE(due[0].ratio, low);
      EXPECT_LE(due[0].ratio, high);
      if (!first) first = due[0].ratio;
      EXPECT_EQ(due[0].ratio, *first);
    }
  }
}

TEST(ObservedSpeeds, What_is_said_ends_soon_is_renewed_while_it_holds_and_the_usual_is_not_said_at_all) {
  ObservedSpeeds observed(kSettings);
  for (std::uint64_t v = 0; v < 3; ++v) {
    observed.add(v, pass(1, 0.4));
    observed.add(v, pass(2, 1.02));
  }
  const auto said = observed.due(kNow);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].edge, 1U);
  EXPECT_EQ(said[0].expires_at, kNow + kSettings.holds);
  EXPECT_TRUE(observed.due(kNow + std::chrono::seconds(10)).empty());
  EXPECT_EQ(observed.due(kNow + kSettings.holds / 2).size(), 1U);
  // The road is free again: said at once, because something else was said.
  for (std::uint64_t v = 0; v < 3; ++v) observed.add(v, pass(1, 1.0, -160));
  const auto free = observed.due(kNow + std::chrono::seconds(170));
  ASSERT_EQ(free.size(), 1U);
  EXPECT_EQ(free[0].ratio, 1.0);
  EXPECT_TRUE(observed.due(kNow + kSettings.window + std::chrono::seconds(400)).empty());
  EXPECT_EQ(observed.edges(), 0U);
}

TEST(ObservedSpeeds, Memory_is_bounded) {
  ObservedSpeeds observed({.most_edges = 100, .most_vehicles = 4});
  for (std::uint64_t v = 0; v < 50; ++v) {
    for (roads::DirectedEdge edge = 0; edge < 300; ++edge) observed.add(v, pass(edge, 0.5));
  }
  EXPECT_EQ(observed.edges(), 100U);
  EXPECT_EQ(observed.due(kNow).size(), 100U);
}

// A drive along the middle row (60 km/h), a point a second.
class Drive : public testing::Test {
 protected:
  void go(double metres, double speed_mps, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      at_s += 1;
      metres_ = std::min(metres, metres_ + speed_mps);
      trace.push_back({roads::coordinate(corner(2, 0).latitude, 9 + metres_ / 227.5 * 0.003), at_s, {}});
    }
  }
  std::vector<EdgePass> passes(std::vector<roads::Coordinate> stops = {}, bool truck = false) {
    Pricing pricing;
    if (truck) pricing.vehicle = roads::usual_truck();
    pricing.shares = roads::only(roads::Objective::distance);
    const auto priced = tests::plain_book(town)(pricing);
    return passes_of(*town, *priced->model, priced->metric, trace, kNow, stops);
  }
  std::shared_ptr<const roads::RoadGraph> town = tests::made_town();
  std::vector<roads::TracePoint> trace;
  double at_s = 0, metres_ = 0;
};

TEST_F(Drive, A_steady_drive_passes_every_edge_at_its_speed) {
  go(900, 10, 90);
  const auto found = passes();
  ASSERT_EQ(found.size(), 4U);
  for (const auto& one : found) EXPECT_NEAR(one.ratio, 36.0 / 60, 0.03);
  EXPECT_NEAR(std::chrono::duration<double>(found.back().at - kNow).count(), 90, 1.1);
}

TEST_F(Drive, A_jam_counts_a_stop_at_a_stop_place_and_parking_do_not) {
  go(340, 10, 34);
  go(340, 0, 100);  // stands in the middle of the second edge
  go(900, 10, 56);
  const auto jam = passes();
  ASSERT_EQ(jam.size(), 4U);
  EXPECT_LT(jam[1].ratio, 0.2);
  EXPECT_NEAR(jam[2].ratio, 0.6, 0.06);
  const auto stop = passes({roads::coordinate(corner(2, 1.5).latitude, 9 + 1.5 * 0.003)});
  for (const auto& one : stop) EXPECT_GT(one.ratio, 0.5) << "edge " << one.edge;
  go(900, 10, 1);
  trace.clear();
  at_s = metres_ = 0;
  go(340, 10, 34);
  go(340, 0, 400);
  go(900, 10, 56);
  const auto parked = passes();
  ASSERT_EQ(parked.size(), 3U);
  for (const auto& one : parked) EXPECT_GT(one.ratio, 0.5);
}

TEST_F(Drive, Gaps_teleports_and_points_off_the_road_say_nothing) {
  go(100, 10, 10);
  at_s += 300;
  go(900, 10, 2);
  EXPECT_LE(passes().size(), 1U);
  trace = {{roads::coordinate(10, 10), 1.0, {}}, {roads::coordinate(10, 10.001), 2.0, {}}};
  EXPECT_TRUE(passes().empty());
  trace = {{roads::coordinate(47.004, 9.0), {}, {}}, {roads::coordinate(47.004, 9.003), {}, {}}};
  EXPECT_TRUE(passes().empty());
  trace.clear();
  EXPECT_TRUE(passes().empty());
}

}  // namespace
}  // namespace mms::routing
