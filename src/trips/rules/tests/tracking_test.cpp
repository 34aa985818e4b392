// Positions: what is refused, and that order and repetition do not matter.
#include "trips/rules/tracking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "trip_fixture.hpp"
#include "trips/rules/jumps.hpp"

namespace mms::trips {
namespace {

using enum TripStatus;
using fixture::at;
using fixture::kNow;
using fixture::trip_in;

// From beside the origin over it to the destination.
std::vector<Position> drive() {
  std::vector<Position> way{at(52.53, 13.39, 0, 8), at(52.525, 13.395, 60, 8), at(52.52, 13.40, 120, 0.5),
                            at(52.52, 13.40, 150, 0)};
  for (int i = 1; i <= 10; ++i)
    way.push_back(at(52.52 - 0.002 * i, 13.40 + 0.005 * i, 150 + 45.0 * i, i == 10 ? 0.2 : 9));
  return way;
}

std::vector<TripStatus> statuses(const std::vector<Step>& steps) {
  std::vector<TripStatus> all;
  for (const auto& step : steps) {
    if (step.to) all.push_back(*step.to);
  }
  return all;
}

TEST(Tracking, AWholeDriveMovesTheTripFromStartToDestination) {
  const auto moved = advance(trip_in(en_route_to_pickup), std::nullopt, drive());
  EXPECT_EQ(statuses(moved.steps), (std::vector{at_pickup, in_transit, at_destination}));
  ASSERT_TRUE(moved.live.has_value());
  EXPECT_EQ(moved.live->progress, 1);
  EXPECT_EQ(moved.live->remaining_m, 0);
  EXPECT_NEAR(moved.live->travelled_m, travelled(drive(), habits_of(Sector::ridehail).most_mps).way_m, 1e-6);
  EXPECT_TRUE(moved.suspects.empty());
}

TEST(Tracking, ShuffledAndRepeatedPositionsGiveTheSame) {
  const auto trip = trip_in(en_route_to_pickup);
  const auto once = advance(trip, std::nullopt, drive());
  std::mt19937 random(4);
  for (int i = 0; i < 50; ++i) {
    auto positions = drive();
    const auto twice = drive();
    positions.insert(positions.end(), twice.begin(), twice.begin() + i % 14);
    std::ranges::shuffle(positions, random);
    const auto again = advance(trip, std::nullopt, positions);
    EXPECT_EQ(again.live, once.live);
    EXPECT_EQ(again.steps, once.steps);
  }
}

TEST(Tracking, OneBatchIsTheSameAsItsPositionsOneAtATime) {
  auto trip = trip_in(en_route_to_pickup);
  const auto whole = advance(trip, std::nullopt, drive());
  std::optional<Live> live;
  std::vector<Step> steps;
  for (const auto& position : drive()) {
    const auto moved = advance(trip, live, {position});
    live = moved.live;
    steps.insert(steps.end(), moved.steps.begin(), moved.steps.end());
    for (const auto& event : decide_steps(trip, moved.steps))
      trip = evolve(trip, event, trip.version + 1, trip.updated_at);
  }
  EXPECT_EQ(live, whole.live);
  EXPECT_EQ(steps, whole.steps);
  EXPECT_EQ(trip.status, at_destination);
}

TEST(Tracking, PassingFastIsNoArrivalButStayingIs) {
  const auto trip = trip_in(en_route_to_pickup);
  EXPECT_TRUE(advance(trip, std::nullopt, {at(52.52, 13.40, 10, 15)}).steps.empty());
  // Inside for the dwell time, however fast the receiver says it is.
  const auto stayed =
      advance(trip, std::nullopt, {at(52.52, 13.40, 10, 15), at(52.52, 13.4001, 25, 15), at(52.52, 13.40, 41, 15)});
  EXPECT_EQ(statuses(stayed.steps), (std::vector{at_pickup}));
  // In, out and in again begins anew.
  const auto passed =
      advance(trip, std::nullopt, {at(52.52, 13.40, 10, 15), at(52.53, 13.40, 25, 15), at(52.52, 13.40, 41, 15)});
  EXPECT_TRUE(passed.steps.empty());
}

TEST(Tracking, WaypointsAreReachedInOrderAndBeforeTheDestination) {
  auto input = fixture::creation();
  input.waypoints.push_back(StopInput{{52.515}, {13.41}, {}, {}});
  input.waypoints.push_back(StopInput{{52.510}, {13.42}, {}, {}});
  auto trip = *make_trip(input, fixture::id_of(1), "planner", kNow);
  trip.status = in_transit;
  trip.actual_start_time = kNow;
  // The second and the destination before the first count for nothing.
  EXPECT_TRUE(advance(trip, std::nullopt, {at(52.510, 13.42, 10), at(52.50, 13.45, 100)}).steps.empty());
  const auto moved = advance(trip, std::nullopt, {at(52.515, 13.41, 10), at(52.510, 13.42, 50), at(52.50, 13.45, 150)});
  ASSERT_EQ(moved.steps.size(), 3U);
  EXPECT_EQ(moved.steps[0].waypoint, 0);
  EXPECT_EQ(moved.steps[1].waypoint, 1);
  EXPECT_EQ(moved.steps[2].to, at_destination);
}

TEST(Tracking, ALateReportOfTheWayThereIsNoDeparture) {
  auto trip = trip_in(at_pickup);
  trip.updated_at = kNow + std::chrono::seconds(100);  // someone said that it is there
  EXPECT_TRUE(advance(trip, std::nullopt, {at(52.53, 13.39, 50)}).steps.empty());
  EXPECT_EQ(statuses(advance(trip, std::nullopt, {at(52.53, 13.39, 150)}).steps), (std::vector{in_transit}));
}

TEST(Tracking, ProgressAndRemainingFollowTheWay) {
  const auto trip = trip_in(in_transit);
  double progress = -1;
  double remaining = trip.estimated_distance_m + 1;
  std::optional<Live> live;
  for (int i = 0; i <= 10; ++i) {
    live = advance(trip, live, {at(52.52 - 0.002 * i, 13.40 + 0.005 * i, 10.0 * i, 9)}).live;
    EXPECT_GT(live->progress, progress);
    EXPECT_LT(live->remaining_m, remaining);
    EXPECT_LT(live->deviation_m, 5);
    EXPECT_FALSE(live->off_route);
    EXPECT_EQ(*live->eta,
              live->position.recorded_at + vocabulary::seconds(live->remaining_m / habits_of(trip.sector).speed_mps));
    progress = live->progress;
    remaining = live->remaining_m;
  }
  EXPECT_NEAR(progress, 1, 1e-9);
  EXPECT_TRUE(advance(trip, live, {at(52.6, 13.6, 1000)}).live->off_route);
}

TEST(Tracking, ArrivalIsExpectedByWhatTheRouteSaysOfItsLegs) {
  auto trip = trip_in(in_transit);
  const auto usual = advance(trip, std::nullopt, {at(52.51, 13.42, 10, 9)}).live.value();
  for (auto& leg : trip.route->legs) leg.duration_s *= 3;  // a road with a queue on it
  const auto slow = advance(trip, std::nullopt, {at(52.51, 13.42, 10, 9)}).live.value();
  EXPECT_EQ(slow.remaining_m, usual.remaining_m);
  const auto takes = [](const Live& live) {
    return std::chrono::duration<double>(*live.eta - live.position.recorded_at).count();
  };
  EXPECT_NEAR(takes(slow), 3 * takes(usual), 1e-3);
}

TEST(Tracking, WrongPositionsAreRefusedByName) {
  const auto trip = trip_in(in_transit);
  const auto code = [&](const Position& p, const Trip& t) {
    return fault_of(p, t, kNow + std::chrono::hours(1)).value().code;
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(fault_of(at(52, 13, 10), trip, kNow + std::chrono::hours(1)).has_value());
  for (const double bad : {kNan, 91.0, -90.1, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(code(at(bad, 13, 10), trip), "out_of_range");
  }
  for (const double bad : {kNan, 180.1, -181.0}) EXPECT_EQ(code(at(52, bad, 10), trip), "out_of_range");
  EXPECT_EQ(code(at(52, 13, 10, -1), trip), "out_of_range");
  EXPECT_EQ(code(at(52, 13, 10, kNan), trip), "out_of_range");
  EXPECT_EQ(code(at(52, 13, 3700), trip), "in_the_future");
  EXPECT_EQ(code(at(52, 13, -1), trip), "before_start");
  EXPECT_EQ(code(at(52, 13, 10), trip_in(assigned)), "not_started");
  auto ended = trip_in(completed);
  ended.actual_end_time = kNow + std::chrono::seconds(60);
  EXPECT_EQ(code(at(52, 13, 61), ended), "after_end");
  EXPECT_FALSE(fault_of(at(52, 13, 59), ended, kNow + std::chrono::hours(1)).has_value());
}

TEST(Tracking, StepsThatNoLongerFollowAreDropped) {
  const std::vector<Step> steps{{.to = at_pickup, .waypoint = {}, .recorded_at = kNow},
                                {.to = in_transit, .waypoint = {}, .recorded_at = kNow}};
  EXPECT_EQ(decide_steps(trip_in(en_route_to_pickup), steps).size(), 2U);
  EXPECT_EQ(decide_steps(trip_in(at_pickup), steps).size(), 1U);
  for (const auto status : {pending, assigned, in_transit, at_destination, completed, cancelled, failed}) {
    EXPECT_TRUE(decide_steps(trip_in(status), steps).empty()) << vocabulary::name_of(status);
  }
}

}  // namespace
}  // namespace mms::trips
