// What is told of a trip's way: each once, whatever comes twice or too late.
#include "trips/rules/notices.hpp"

#include <gtest/gtest.h>

#include "trip_fixture.hpp"

namespace mms::trips {
namespace {

using enum TripStatus;
using fixture::at;
using fixture::kNow;
using fixture::trip_in;
using namespace std::chrono_literals;

const NoticeLimits kLimits{.arriving = 3min, .delayed = 5min};

std::vector<std::string> types(const std::vector<TripEvent>& events) {
  std::vector<std::string> all;
  for (const auto& e : events) all.emplace_back(type_of(e));
  return all;
}

TEST(Notices, ADriveIsToldOnceHoweverOftenItsPositionsCome) {
  auto trip = trip_in(in_transit);
  std::optional<Live> live;
  std::vector<int> shares;
  int arriving = 0;
  for (int i = 0; i < 10; ++i) {
    live = advance(trip, live, {at(52.52 - 0.002 * i, 13.40 + 0.005 * i, 50.0 * i, 9)}).live;
    const auto notices = notices_of(trip, *live, kLimits);
    // Two who saw the same: the second tells nothing.
    for (int twice = 0; twice < 2; ++twice) {
      const auto events = decide_notices(trip, notices);
      if (twice == 1) EXPECT_TRUE(events.empty());
      for (const auto& e : events) {
        if (const auto* reached = std::get_if<TripProgressReached>(&e)) shares.push_back(reached->percent);
        if (const auto* soon = std::get_if<TripArriving>(&e)) {
          ++arriving;
          EXPECT_EQ(soon->stop, 1);
          EXPECT_LE(soon->eta - live->position.recorded_at, 3min);
        }
        trip = evolve(trip, e, trip.version + 1, kNow);
      }
    }
    EXPECT_TRUE(notices_of(trip, *live, kLimits).empty());
  }
  EXPECT_EQ(shares, (std::vector{25, 50, 75}));
  EXPECT_EQ(arriving, 1);
}

TEST(Notices, EachStopIsToldOfAndAJumpAheadTellsEveryShare) {
  auto trip = trip_in(en_route_to_pickup);
  auto live = *advance(trip, std::nullopt, {at(52.525, 13.395, 10, 8)}).live;
  const auto first = decide_notices(trip, notices_of(trip, live, kLimits));
  ASSERT_EQ(types(first), (std::vector<std::string>{"trip.arriving"}));
  trip = evolve(trip, first[0], trip.version + 1, kNow);
  trip.status = in_transit;
  live = *advance(trip, std::nullopt, {at(52.502, 13.445, 200, 8)}).live;
  EXPECT_EQ(types(decide_notices(trip, notices_of(trip, live, kLimits))),
            (std::vector<std::string>{"trip.progress_reached", "trip.progress_reached", "trip.progress_reached",
                                      "trip.arriving"}));
}

TEST(Notices, LateAgainstTheFirstPromiseAndOnlyThen) {
  auto trip = trip_in(in_transit);
  auto live = *advance(trip, std::nullopt, {at(52.52, 13.40, 0, 9)}).live;
  ASSERT_EQ(live.promised, live.eta);
  live = *advance(trip, live, {at(52.52, 13.40, 290, 0)}).live;
  EXPECT_FALSE(notices_of(trip, live, kLimits).delayed.has_value());
  live = *advance(trip, live, {at(52.52, 13.40, 310, 0)}).live;
  const auto notices = notices_of(trip, live, kLimits);
  ASSERT_TRUE(notices.delayed.has_value());
  EXPECT_NEAR(notices.delayed->delay_s, 310, 1e-3);
  EXPECT_FALSE(notices_of(trip, live, {.arriving = 0s, .delayed = 0s}).delayed.has_value());
  // Other stops are another promise.
  trip.route->revision = 2;
  live = *advance(trip, live, {at(52.52, 13.40, 320, 0)}).live;
  EXPECT_EQ(live.promised, live.eta);
  // Who has arrived is told of nothing.
  EXPECT_TRUE(decide_notices(trip_in(completed), notices).empty());
}

}  // namespace
}  // namespace mms::trips
