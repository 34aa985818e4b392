// Tracking along a route's line: the laws of its figures, on lines that cross and come back on themselves.
#include "trips/rules/route_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "trip_fixture.hpp"
#include "trips/rules/jumps.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::trips {
namespace {

using enum TripStatus;
using fixture::kNow;

constexpr double kMetre = 1 / 111195.08;  // a degree of latitude

// Metres to the east and to the north of a place.
Point place(double x, double y) {
  return {52.5 + y * kMetre, 13.4 + x * kMetre / std::cos(52.5 * std::numbers::pi / 180)};
}

struct Driven {
  Trip trip;
  std::vector<Point> corners;
  std::shared_ptr<const RouteLine> line;
};

// A trip in transit on a line over these corners; its stops are the first, those of `waypoints`, and the last.
Driven on_roads(std::vector<Point> corners, std::vector<std::size_t> waypoints = {}) {
  auto input = fixture::creation();
  const auto stop = [](const Point& p) { return StopInput{{p.latitude}, {p.longitude}, {}, {}}; };
  input.origin = stop(corners.front());
  input.destination = stop(corners.back());
  for (const auto corner : waypoints) input.waypoints.push_back(stop(corners[corner]));
  Driven d{*make_trip(input, fixture::id_of(1), "planner", kNow), std::move(corners), nullptr};
  d.trip.status = in_transit;
  d.trip.actual_start_time = kNow;
  auto& route = *d.trip.route;
  route.source = RouteSource::roads;
  route.legs.assign(1, Leg{});
  for (std::size_t i = 1; i < d.corners.size(); ++i) {
    const double length = distance_m(d.corners[i - 1], d.corners[i]);
    route.legs.back().distance_m += length;
    route.legs.back().duration_s += length / 10;
    if (std::ranges::find(waypoints, i) != waypoints.end()) route.legs.emplace_back();
  }
  route.distance_m = route.duration_s = 0;
  for (const auto& leg : route.legs) {
    route.distance_m += leg.distance_m;
    route.duration_s += leg.duration_s;
  }
  d.line = RouteLine::of(d.corners, route);
  return d;
}

// Reports at every `step` metres of the line, a second for each ten metres, so far beside it at most.
std::vector<Position> drive(const Driven& d, double step, double noise_m, std::mt19937& random) {
  std::uniform_real_distribution<double> wrong(-noise_m, noise_m);
  std::vector<Position> way;
  for (double along = 0; along <= d.line->length_m(); along += step) {
    auto p = d.line->point_at(along);
    p.latitude += wrong(random) * kMetre;
    p.longitude += wrong(random) * kMetre;
    way.push_back(fixture::at(p.latitude, p.longitude, along / 10, 10));
  }
  return way;
}

std::vector<Point> eight() {  // crosses itself in the middle
  return {place(0, 0), place(1000, 1000), place(1000, 0), place(0, 1000)};
}
std::vector<Point> there_and_back() {  // the same road twice, then another way
  return {place(0, 0), place(1500, 0), place(0, 0), place(0, 800)};
}
std::vector<Point> hairpins() {
  std::vector<Point> corners;
  for (int i = 0; i < 8; ++i) {
    corners.push_back(place(i % 2 == 0 ? 0 : 600, 90.0 * i));
    corners.push_back(place(i % 2 == 0 ? 600 : 0, 90.0 * i));
  }
  return corners;
}

TEST(RouteLine, FiguresFollowTheLineWhereverItLeads) {
  std::mt19937 random(11);
  for (const auto& corners : {eight(), there_and_back(), hairpins()}) {
    for (const double step : {25.0, 100.0, 300.0}) {
      for (const double noise : {0.0, 8.0}) {
        const auto d = on_roads(corners);
        std::optional<Live> live;
        double progress = 0;
        for (const auto& position : drive(d, step, noise, random)) {
          const double driven = std::chrono::duration<double>(position.recorded_at - kNow).count() * 10;
          const auto moved = advance(d.trip, live, {position}, d.line.get());
          live = moved.live;
          if (!moved.steps.empty()) break;  // at the destination
          EXPECT_NEAR(*live->place_m, driven, noise > 0 ? 40 : 1) << step << " at " << driven;
          EXPECT_NEAR(live->remaining_m + *live->place_m, d.trip.route->distance_m, 1);
          EXPECT_GE(live->progress, progress);
          EXPECT_LE(live->deviation_m, 1 + noise * 1.5);
          EXPECT_FALSE(live->off_route);
          const auto left = std::chrono::duration<double>(*live->eta - position.recorded_at).count();
          // Noise makes the pace a little uneven.
          EXPECT_NEAR(left, live->remaining_m / 10, 1 + 0.05 * live->remaining_m / 10);
          progress = live->progress;
        }
        EXPECT_GT(progress, 0.8);
      }
    }
  }
}

TEST(RouteLine, TheOrderOfPositionsAndRepeatsDoNotMatterAndOneAtATimeIsTheSame) {
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    const auto d = on_roads(round % 2 == 0 ? eight() : there_and_back(), {1});
    auto positions = drive(d, 70, round % 4 * 20.0, random);
    if (round % 3 == 0) positions[5].latitude += 0.3;  // a fix that is far off
    const auto whole = advance(d.trip, std::nullopt, positions, d.line.get());
    std::optional<Live> live;
    auto trip = d.trip;
    std::vector<Step> steps;
    for (const auto& position : positions) {
      const auto moved = advance(trip, live, {position, position}, d.line.get());
      live = moved.live;
      steps.insert(steps.end(), moved.steps.begin(), moved.steps.end());
      for (const auto& event : decide_steps(trip, moved.steps))
        trip = evolve(trip, event, trip.version + 1, trip.updated_at);
    }
    EXPECT_EQ(live, whole.live);
    EXPECT_EQ(steps, whole.steps);
    EXPECT_EQ(whole.live->travelled_m, travelled(positions, habits_of(d.trip.sector).most_mps).way_m);
    auto mixed = positions;
    mixed.insert(mixed.end(), positions.begin(), positions.begin() + round);
    std::ranges::shuffle(mixed, random);
    const auto again = advance(d.trip, std::nullopt, mixed, d.line.get());
    EXPECT_EQ(again.live, whole.live);
    EXPECT_EQ(again.steps, whole.steps);
    EXPECT_EQ(again.suspects, whole.suspects);
  }
}

TEST(RouteLine, ProgressNeverFallsWhateverIsReported) {
  std::mt19937 random(6);
  std::uniform_real_distribution<double> anywhere(-1500, 1500);
  for (int round = 0; round < 30; ++round) {
    const auto d = on_roads(round % 2 == 0 ? hairpins() : eight(), {2});
    std::optional<Live> live;
    auto trip = d.trip;
    double progress = 0;
    for (int i = 0; i < 60; ++i) {
      const auto p = place(anywhere(random), anywhere(random));
      const auto moved = advance(trip, live, {fixture::at(p.latitude, p.longitude, 30.0 * i, {})}, d.line.get());
      live = moved.live;
      for (const auto& event : decide_steps(trip, moved.steps))
        trip = evolve(trip, event, trip.version + 1, trip.updated_at);
      EXPECT_GE(live->progress, progress);
      EXPECT_NEAR(live->remaining_m + live->place_m.value(), d.trip.route->distance_m, 1);
      progress = live->progress;
    }
  }
}

TEST(RouteLine, TheHeadingTellsTheWayThereFromTheWayBack) {
  const auto d = on_roads(there_and_back());
  const auto seen = [&](double heading) {
    auto p = fixture::at(place(500, 0).latitude, place(500, 0).longitude, 60, 10);
    p.heading_deg = heading;
    return *advance(d.trip, std::nullopt, {p}, d.line.get()).live->place_m;
  };
  EXPECT_NEAR(seen(90), 500, 1);
  EXPECT_NEAR(seen(270), 2500, 1);
}

TEST(RouteLine, OffTheRouteAfterAWhileAndBackWellWithinTheThreshold) {
  const auto d = on_roads({place(0, 0), place(5000, 0)});
  std::optional<Live> live;
  double now = 0;
  const auto beside_it = [&](double metres, double seconds, std::optional<double> accuracy = {}) {
    now += seconds;
    auto p = place(1000 + 10 * now, metres);
    auto position = fixture::at(p.latitude, p.longitude, now, 10);
    position.accuracy_m = accuracy;
    live = advance(d.trip, live, {position}, d.line.get()).live;
    return live->off_route;
  };
  EXPECT_FALSE(beside_it(0, 1));
  EXPECT_FALSE(beside_it(200, 5));  // one bad fix
  EXPECT_FALSE(beside_it(0, 5));
  EXPECT_FALSE(beside_it(100, 4));  // one after another, but not for long
  EXPECT_FALSE(beside_it(100, 4));
  EXPECT_FALSE(beside_it(59, 4));
  EXPECT_FALSE(beside_it(150, 11, 55));  // by what the receiver says it may be on the road
  EXPECT_FALSE(beside_it(100, 4));
  EXPECT_FALSE(beside_it(100, 4));
  EXPECT_TRUE(beside_it(100, 6));
  const double place_then = *live->place_m;
  EXPECT_TRUE(beside_it(50, 5));  // near the rim it stays off
  EXPECT_TRUE(beside_it(31, 5));
  EXPECT_FALSE(beside_it(20, 5));
  EXPECT_GT(*live->place_m, place_then);
  // One that turns around leaves the rest of its route.
  EXPECT_FALSE(beside_it(0, 1));
  live = advance(d.trip, live,
                 {fixture::at(place(700, 0).latitude, place(700, 0).longitude, now + 60, 10),
                  fixture::at(place(600, 0).latitude, place(600, 0).longitude, now + 71, 10)},
                 d.line.get())
             .live;
  EXPECT_TRUE(live->off_route);
}

TEST(RouteLine, AnImpossibleJumpMovesNothingAndTwoThatAgreeEndTheSuspicion) {
  const auto d = on_roads({place(0, 0), place(20000, 0)});
  const auto seen = [&](double x, double seconds) {
    return fixture::at(place(x, 0).latitude, place(x, 0).longitude, seconds, 10);
  };
  const auto before = advance(d.trip, std::nullopt, {seen(0, 0), seen(100, 10)}, d.line.get());
  const auto jumped = advance(d.trip, before.live, {seen(9000, 11)}, d.line.get());
  EXPECT_EQ(jumped.suspects, std::vector{seen(9000, 11).recorded_at});
  auto figures = *jumped.live;
  EXPECT_EQ(figures.suspect, seen(9000, 11));
  figures.suspect.reset();
  EXPECT_EQ(figures, *before.live);
  // Back on the way: the jump is forgotten, not travelled.
  const auto back = advance(d.trip, jumped.live, {seen(200, 20)}, d.line.get());
  EXPECT_NEAR(back.live->travelled_m, 200, 1);
  EXPECT_NEAR(*back.live->place_m, 200, 1);
  EXPECT_TRUE(back.cleared.empty());
  EXPECT_FALSE(back.live->suspect.has_value());
  // Two that agree: it is there, and only the way between them was seen.
  const auto there = advance(d.trip, jumped.live, {seen(9100, 21)}, d.line.get());
  EXPECT_EQ(there.cleared, jumped.suspects);
  EXPECT_NEAR(there.live->travelled_m, 200, 1);
  EXPECT_NEAR(*there.live->place_m, 9100, 1);
  // A jump to the destination shows no arrival.
  EXPECT_TRUE(
      advance(d.trip, before.live, {fixture::at(d.corners[1].latitude, d.corners[1].longitude, 12)}, d.line.get())
          .steps.empty());
}

TEST(RouteLine, ARouteThatWasPlannedOnTheWayGoesOnFromTheProgressMade) {
  auto d = on_roads({place(0, 0), place(2000, 0), place(4000, 0)}, {1});
  const auto seen = [&](double x, double y, double seconds) {
    return fixture::at(place(x, y).latitude, place(x, y).longitude, seconds, 10);
  };
  auto live = advance(d.trip, std::nullopt, {seen(0, 0, 0), seen(1000, 0, 100)}, d.line.get()).live;
  const double made = live->progress;
  EXPECT_NEAR(made, 0.25, 1e-3);
  // From beside the first road over the waypoint to the destination.
  auto& route = *d.trip.route;
  route.revision = 2;
  route.begins_at = place(1000, 300);
  route.legs = {{1300, 130}, {2000, 200}};
  route.distance_m = 3300;
  route.duration_s = 330;
  d.line = RouteLine::of({place(1000, 300), place(2000, 300), d.corners[1], d.corners[2]}, route);
  const auto shown = as_of_route(d.trip, *live);
  EXPECT_EQ(shown.remaining_m, 3300);
  EXPECT_EQ(shown.route_revision, 2);
  live = advance(d.trip, live, {seen(1000, 300, 130)}, d.line.get()).live;
  EXPECT_NEAR(live->progress, made, 1e-3);
  EXPECT_NEAR(live->remaining_m, 3300, 1);
  live = advance(d.trip, live, {seen(2000, 300, 230)}, d.line.get()).live;
  EXPECT_NEAR(*live->place_m, 1000, 1);
  EXPECT_NEAR(live->progress, made + (1 - made) * 1000 / 3300, 1e-3);
}

TEST(RouteLine, WhatIsNoLineIsNone) {
  const auto route = *on_roads(eight()).trip.route;
  EXPECT_EQ(RouteLine::of({}, route), nullptr);
  EXPECT_EQ(RouteLine::of({place(0, 0)}, route), nullptr);
  EXPECT_EQ(RouteLine::of({place(0, 0), place(0, 0)}, route), nullptr);
  EXPECT_EQ(RouteLine::of(eight(), Route{}), nullptr);
  auto far = eight();
  far.insert(far.begin() + 2, far[1]);  // a point twice
  EXPECT_NE(RouteLine::of(far, route), nullptr);
}

TEST(RouteLine, FiguresOfBeforeAreStillRead) {
  const auto old = vocabulary::json::from_stored<Live>(
      R"({"position":{"recorded_at":"2026-11-25T02:33:54.876860Z","latitude":52.5,"longitude":13.4},"travelled_m":7,)"
      R"("remaining_m":5264,"progress":0.5,"off_route":false,"deviation_m":0,"target":"stop 1"})");
  EXPECT_EQ(old.travelled_m, 7);
  EXPECT_FALSE(old.route_revision.has_value());
}

}  // namespace
}  // namespace mms::trips
