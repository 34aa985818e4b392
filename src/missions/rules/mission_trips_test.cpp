// What a mission's trips do to it: its tally and progress follow them, and the last one ends it when it asked for that.
#include "missions/rules/mission_trips.hpp"

#include <gtest/gtest.h>

#include "missions/rules/mission_fixture.hpp"

namespace mms::missions {
namespace {

constexpr TripTally kAdded{.total = 1};
constexpr TripTally kCompleted{.ended = 1, .completed = 1};
constexpr TripTally kFailed{.ended = 1};
constexpr TripTally kCancelled{.total = -1};

// As the lane does it: the decision, then what settles.
Mission with(Mission mission, const TripTally& change, const Edges& edges = {}) {
  mission = evolve_all(std::move(mission), decide_trips(mission, change, edges, kNow));
  return evolve_all(mission, decide_settling(mission, edges, kNow));
}

Mission shuttle(int trips) {
  auto mission = mission_in(MissionStatus::running);
  mission.tasks.clear();
  mission.complete_on_last_trip = true;
  for (int i = 0; i < trips; ++i) mission = with(mission, kAdded);
  return mission;
}

TEST(MissionTrips, ProgressIsTheShareOfTripsThatWereCompleted) {
  auto mission = with(shuttle(4), kCompleted);
  EXPECT_DOUBLE_EQ(mission.progress, 0.25);
  mission = with(mission, kFailed);
  EXPECT_DOUBLE_EQ(mission.progress, 0.25);
  // What is cancelled does not count.
  mission = with(mission, kCancelled);
  EXPECT_EQ(mission.trips, (TripTally{3, 2, 1}));
  EXPECT_EQ(mission.status, MissionStatus::running);
}

TEST(MissionTrips, TasksSayMoreOfTheProgressThanTrips) {
  auto mission = mission_in(MissionStatus::running);
  mission = with(with(mission, kAdded), kCompleted);
  EXPECT_EQ(mission.progress, 0);
  EXPECT_EQ(mission.trips, (TripTally{1, 1, 1}));
}

TEST(MissionTrips, TheLastTripCompletesAMissionThatSaysSo) {
  auto mission = with(shuttle(2), kCompleted);
  EXPECT_EQ(mission.status, MissionStatus::running);
  const auto whole = with(mission, kCompleted);
  EXPECT_EQ(whole.status, MissionStatus::completed);
  EXPECT_EQ(whole.outcome, MissionOutcome::success);
  const auto part = with(mission, kFailed);
  EXPECT_EQ(part.status, MissionStatus::completed);
  EXPECT_EQ(part.outcome, MissionOutcome::partial);
  EXPECT_EQ(with(mission, kCancelled).outcome, MissionOutcome::success);
  mission.complete_on_last_trip.reset();
  EXPECT_EQ(with(mission, kCompleted).status, MissionStatus::running);
}

TEST(MissionTrips, WithoutACompletedTripTheAttemptFails) {
  auto mission = with(shuttle(1), kFailed);
  EXPECT_EQ(mission.status, MissionStatus::failed);
  EXPECT_EQ(mission.status_reason, kNoTripCompleted);
  // All cancelled: that is no trip at all, and nothing to go by.
  EXPECT_EQ(with(shuttle(1), kCancelled).status, MissionStatus::running);
}

TEST(MissionTrips, AMissionThatDoesNotRunOnlyCounts) {
  for (const auto status : kEveryStatus) {
    if (status == MissionStatus::running) continue;
    auto mission = mission_in(status);
    mission.tasks.clear();
    mission.complete_on_last_trip = true;
    mission = with(with(mission, kAdded), kCompleted);
    EXPECT_EQ(mission.trips, (TripTally{1, 1, 1}));
    EXPECT_EQ(is_final(mission.status), is_final(status));
  }
}

TEST(MissionTrips, APausedMissionCompletesWhenItGoesOn) {
  auto mission = shuttle(1);
  mission.status = MissionStatus::paused;
  mission = with(mission, kCompleted);
  EXPECT_EQ(mission.status, MissionStatus::paused);
  mission.status = MissionStatus::running;
  mission = evolve_all(mission, decide_settling(mission, {}, kNow));
  EXPECT_EQ(mission.status, MissionStatus::completed);
}

}  // namespace
}  // namespace mms::missions
