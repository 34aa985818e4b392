// Plans keep every rule, are the best there is on small cases, and give a reason for what they leave out.
#include "planning/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mms::planning {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    return static_cast<std::uint32_t>((z ^ (z >> 27)) % bound);
  }

 private:
  std::uint64_t state_;
};

// Places in a plane, the first one the depot; unsymmetric by a little.
PlanRequest plane(std::size_t places, Draw& draw) {
  PlanRequest request;
  request.places = places;
  std::vector<std::pair<double, double>> at;
  for (std::size_t i = 0; i < places; ++i) at.emplace_back(draw.below(1000), draw.below(1000));
  for (const auto& a : at) {
    for (const auto& b : at) {
      const double d = std::hypot(a.first - b.first, a.second - b.second);
      request.durations.push_back(static_cast<std::uint32_t>(std::lround(d)) + (d > 0 ? draw.below(5) : 0));
    }
  }
  request.vehicles.push_back({0, 0, {}, 100, 0});
  for (std::uint32_t place = 1; place < places; ++place) request.stops.push_back({place, 5, {}, 0, 1});
  return request;
}

// Plays the routes: nothing late, nothing overloaded, deliveries behind their pickups, every stop once.
void expect_valid(const PlanRequest& request, const Plan& plan) {
  std::vector<int> seen(request.stops.size(), 0);
  std::vector<std::pair<std::uint32_t, std::size_t>> where(request.stops.size());
  std::vector<bool> shipped(request.stops.size(), false);
  for (const Shipment& s : request.shipments) shipped[s.pickup] = shipped[s.delivery] = true;
  Time cost = 0;
  for (const VehicleRoute& route : plan.routes) {
    const Vehicle& vehicle = request.vehicles[route.vehicle];
    Time now = vehicle.shift.earliest;
    std::optional<std::uint32_t> place = vehicle.start;
    std::int32_t load = 0;
    for (const Visit& visit : route.visits) {
      if (!shipped[visit.stop] && request.stops[visit.stop].load < 0) load -= request.stops[visit.stop].load;
    }
    ASSERT_LE(load, vehicle.capacity);
    const auto drive = [&](std::optional<std::uint32_t> to) {
      if (place && to) {
        now += request.durations[*place * request.places + *to];
        cost += (request.costs.empty() ? request.durations : request.costs)[*place * request.places + *to];
      }
      place = to;
    };
    for (std::size_t i = 0; i < route.visits.size(); ++i) {
      const Visit& visit = route.visits[i];
      const Stop& stop = request.stops[visit.stop];
      ++seen[visit.stop];
      where[visit.stop] = {route.vehicle, i};
      drive(stop.place);
      ASSERT_EQ(visit.arrival, now);
      now = std::max(now, stop.window.earliest);
      ASSERT_LE(now, stop.window.latest);
      ASSERT_EQ(visit.begin, now);
      now += stop.service;
      ASSERT_EQ(visit.departure, now);
      load += stop.load;
      ASSERT_LE(load, vehicle.capacity);
      ASSERT_EQ(visit.load_after, load);
    }
    if (!route.visits.empty()) {
      drive(vehicle.end);
      cost += vehicle.fixed_cost;
      ASSERT_EQ(route.end, now);
    }
    ASSERT_LE(now, vehicle.shift.latest);
  }
  EXPECT_EQ(cost, plan.cost);
  for (const LeftOut& left : plan.left_out) {
    ++seen[left.stop];
    EXPECT_FALSE(left.detail.empty());
    where[left.stop] = {0xFFFFFFFF, 0};
  }
  for (const int times : seen) EXPECT_EQ(times, 1);
  for (const Shipment& s : request.shipments) {
    EXPECT_EQ(where[s.pickup].first, where[s.delivery].first);
    if (where[s.pickup].first != 0xFFFFFFFF) EXPECT_LT(where[s.pickup].second, where[s.delivery].second);
  }
}

// The cheapest order that serves all; nothing when there is none.
std::optional<Time> brute_force(const PlanRequest& request) {
  std::vector<std::uint32_t> order(request.stops.size());
  std::iota(order.begin(), order.end(), 0U);
  std::optional<Time> best;
  const Vehicle& vehicle = request.vehicles[0];
  do {
    Time now = vehicle.shift.earliest, cost = 0;
    std::uint32_t place = *vehicle.start;
    std::int32_t load = 0;
    bool fits = true;
    std::vector<std::size_t> position(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) position[order[i]] = i;
    for (const Shipment& s : request.shipments) fits &= position[s.pickup] < position[s.delivery];
    for (std::size_t i = 0; fits && i < order.size(); ++i) {
      const Stop& stop = request.stops[order[i]];
      const Time leg = request.durations[place * request.places + stop.place];
      now = std::max(now + leg, stop.window.earliest);
      cost += leg;
      load += stop.load;
      fits &= now <= stop.window.latest && load <= vehicle.capacity;
      now += stop.service;
      place = stop.place;
    }
    const Time home = request.durations[place * request.places + *vehicle.end];
    if (fits && now + home <= vehicle.shift.latest && (!best || cost + home < *best)) best = cost + home;
  } while (std::ranges::next_permutation(order).found);
  return best;
}

TEST(Plan, is_the_best_order_on_small_cases) {
  int served = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Draw draw(seed);
    PlanRequest request = plane(8, draw);
    if (seed % 3 == 1) {
      for (Stop& stop : request.stops) {
        stop.window.earliest = draw.below(2000);
        stop.window.latest = stop.window.earliest + 500 + draw.below(1500);
      }
    }
    if (seed % 3 == 2) {
      request.vehicles[0].capacity = 10;
      for (std::uint32_t i = 0; i + 1 < 6; i += 2) {
        const auto load = static_cast<std::int32_t>(2 + draw.below(6));
        request.stops[i].load = load;
        request.stops[i + 1].load = -load;
        request.shipments.push_back({i, i + 1});
      }
    }
    const auto plan = make_plan(request, {.iterations = 3000, .share_used = {}, .seed = seed});
    ASSERT_TRUE(plan.has_value());
    expect_valid(request, *plan);
    const auto best = brute_force(request);
    if (!best) {
      EXPECT_FALSE(plan->left_out.empty());
      continue;
    }
    ++served;
    ASSERT_TRUE(plan->left_out.empty()) << "seed " << seed;
    EXPECT_EQ(plan->cost, *best) << "seed " << seed;
  }
  EXPECT_GT(served, 40);
}

TEST(Plan, keeps_every_rule_with_many_vehicles_windows_and_shipments) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Draw draw(seed + 100);
    PlanRequest request = plane(61, draw);
    for (Stop& stop : request.stops) {
      stop.window.earliest = draw.below(3000);
      stop.window.latest = stop.window.earliest + draw.below(2000);
      stop.load = static_cast<std::int32_t>(draw.below(21)) - 10;
      stop.priority = 1 + draw.below(3);
    }
    for (std::uint32_t i = 0; i < 20; i += 2) {
      request.stops[i].load = static_cast<std::int32_t>(1 + draw.below(9));
      request.stops[i + 1].load = -request.stops[i].load;
      request.shipments.push_back({i, i + 1});
    }
    request.vehicles.assign(1 + seed % 4, {0, 0, {0, 4000}, 30, 100});
    if (seed % 2 == 0) request.vehicles[0].end.reset();
    const auto plan = make_plan(request, {.iterations = 500, .share_used = {}, .seed = seed});
    ASSERT_TRUE(plan.has_value());
    ASSERT_NO_FATAL_FAILURE(expect_valid(request, *plan));
  }
}

// Given: stops that stand together, or one alone, far from where the vehicle starts and ends, and is dear to use.
TEST(Plan, stops_far_from_the_start_are_served_all_the_same) {
  for (const std::size_t stops : {1, 2, 5}) {
    for (const bool open_end : {false, true}) {
      PlanRequest request;
      request.places = stops + 1;
      request.durations.assign(request.places * request.places, 10);
      for (std::size_t i = 0; i <= stops; ++i) {
        request.durations[i * request.places] = request.durations[i] = 50'000;
        request.durations[i * request.places + i] = 0;
      }
      for (std::uint32_t i = 1; i <= stops; ++i) request.stops.push_back({.place = i});
      request.vehicles.push_back({.start = 0, .end = {}, .shift = {}, .fixed_cost = 1'000'000});
      if (!open_end) request.vehicles[0].end = 0;
      const auto plan = make_plan(request, {.iterations = 500, .share_used = {}, .seed = 1});
      ASSERT_TRUE(plan.has_value());
      EXPECT_TRUE(plan->left_out.empty()) << stops << " " << open_end;
    }
  }
}

TEST(Plan, says_why_a_stop_is_left_out) {
  Draw draw(7);
  PlanRequest request = plane(6, draw);
  request.vehicles[0].capacity = 10;
  request.vehicles[0].shift.latest = 100'000;
  request.stops[0].load = 11;
  request.stops[1].window.latest = request.durations[2] - 1;
  for (std::size_t i = 0; i < 6; ++i)
    request.durations[3 * 6 + i] = request.durations[i * 6 + 3] = i == 3 ? 0 : unreachable;
  request.stops[3].load = request.stops[4].load = 7;
  request.stops[3].priority = 5;
  const auto plan = make_plan(request, {.iterations = 200, .share_used = {}, .seed = 1});
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->left_out.size(), 4U);
  EXPECT_EQ(plan->left_out[0].why, WhyLeftOut::too_heavy);
  EXPECT_EQ(plan->left_out[1].why, WhyLeftOut::too_late_alone);
  EXPECT_EQ(plan->left_out[2].why, WhyLeftOut::no_road);
  EXPECT_EQ(plan->left_out[3].stop, 4U);
  EXPECT_EQ(plan->left_out[3].why, WhyLeftOut::no_room);
}

TEST(Plan, names_the_stop_that_would_be_late) {
  PlanRequest request;
  request.places = 3;
  request.durations = {0, 10, 10, 10, 0, 20, 10, 20, 0};
  request.stops = {{1, 0, {0, 10}, 0, 9}, {2, 0, {0, 10}, 0, 1}};
  request.vehicles = {{0, 0, {}, 10, 0}};
  const auto plan = make_plan(request, {.iterations = 100, .share_used = {}, .seed = 1});
  ASSERT_EQ(plan->left_out.size(), 1U);
  EXPECT_EQ(plan->left_out[0].stop, 1U);
  EXPECT_EQ(plan->left_out[0].why, WhyLeftOut::no_time);
  EXPECT_NE(plan->left_out[0].detail.find("late by"), std::string::npos);
}

TEST(Plan, is_the_same_for_the_same_seed) {
  Draw draw(9);
  const PlanRequest request = plane(40, draw);
  const auto a = make_plan(request, {.iterations = 300, .share_used = {}, .seed = 4}),
             b = make_plan(request, {.iterations = 300, .share_used = {}, .seed = 4});
  EXPECT_EQ(a->cost, b->cost);
}

TEST(Plan, mistakes_are_named) {
  Draw draw(10);
  const auto refused = [](PlanRequest request, auto change) {
    change(request);
    const auto plan = make_plan(request, {});
    return !plan.has_value() && plan.error().kind == vocabulary::ProblemKind::bad_parameter;
  };
  const PlanRequest good = plane(5, draw);
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.vehicles.clear(); }));
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.durations.pop_back(); }));
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.stops[0].place = 99; }));
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.stops[0].window = {10, 5}; }));
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.shipments = {{0, 1}}; }));
  EXPECT_TRUE(refused(good, [](PlanRequest& r) { r.shipments = {{0, 0}}; }));
  PlanRequest nothing = good;
  nothing.stops.clear();
  EXPECT_TRUE(make_plan(nothing, {}).has_value());
}

}  // namespace
}  // namespace mms::planning
