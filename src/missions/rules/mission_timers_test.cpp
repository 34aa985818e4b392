// Which timers a state asks for, what their firing does, and how long an attempt waits.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "missions/rules/dependency_set.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_fixture.hpp"
#include "missions/rules/mission_set.hpp"

namespace mms::missions {
namespace {

using std::chrono::seconds;

// Everything that could set a timer is given.
Mission timed(MissionStatus status) {
  auto mission = mission_in(status);
  mission.scheduled_start = kNow + seconds(60);
  mission.deadline = kNow + seconds(120);
  mission.timeout_s = 300;
  return mission;
}

std::string kinds(const std::vector<lanes::Timer>& timers) {
  std::set<std::string> names;
  for (const auto& timer : timers) names.insert(timer.kind);
  EXPECT_EQ(names.size(), timers.size()) << "at most one of each kind";
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

TEST(MissionTimers, EveryStateAsksForTheTimersThatCanStillMatter) {
  using enum MissionStatus;
  EXPECT_EQ(kinds(timers_of(timed(pending))), "deadline schedule");
  EXPECT_EQ(kinds(timers_of(timed(ready))), "deadline");
  EXPECT_EQ(kinds(timers_of(timed(running))), "timeout");
  EXPECT_EQ(kinds(timers_of(timed(paused))), "timeout");
  for (const auto status : {completed, failed, cancelled}) EXPECT_EQ(kinds(timers_of(timed(status))), "");
  for (const auto status : kEveryStatus) {
    EXPECT_EQ(kinds(timers_of(mission_in(status))), status == pending ? "schedule" : "");
    auto gone = timed(status);
    gone.deleted_at = kNow;
    EXPECT_EQ(kinds(timers_of(gone)), "") << "a deleted mission waits for nothing";
  }
}

TEST(MissionTimers, ABackoffTakesThePlaceOfTheScheduleAndWaitsForTheLater) {
  auto mission = timed(MissionStatus::pending);
  mission.not_before = kNow + seconds(10);
  EXPECT_EQ(kinds(timers_of(mission)), "backoff deadline");
  EXPECT_EQ(timers_of(mission)[0].due_at, *mission.scheduled_start);
  mission.not_before = kNow + seconds(90);
  EXPECT_EQ(timers_of(mission)[0].due_at, *mission.not_before);
}

TEST(MissionTimers, ADeadlineToStartByIsMetByHavingStartedOnce) {
  auto mission = timed(MissionStatus::ready);
  mission.started_at = kNow - seconds(5);
  EXPECT_EQ(kinds(timers_of(mission)), "");
}

TEST(MissionTimers, ATimerKnowsItsAttempt) {
  auto mission = timed(MissionStatus::running);
  mission.attempt = 4;
  const auto timers = timers_of(mission);
  ASSERT_EQ(timers.size(), 1U);
  EXPECT_EQ(timers[0].attempt, 4);
  EXPECT_EQ(timers[0].stream, "mission");
  EXPECT_EQ(timers[0].stream_id, mission.id.uuid);
  EXPECT_EQ(timers[0].due_at, *mission.started_at + seconds(300));
}

Mission waiting(Priority priority, Time created) {
  auto mission = mission_in(MissionStatus::ready);
  mission.start_policy = StartPolicy::auto_;
  mission.vehicle_id = "truck-1";
  mission.priority = priority;
  mission.created_at = created;
  return mission;
}

TEST(StartRank, OnlyWhoIsReadyAutoAndHasAVehicleWaits) {
  EXPECT_TRUE(start_rank(waiting(Priority::low, kNow)));
  for (const auto status : kEveryStatus) {
    auto mission = waiting(Priority::low, kNow);
    mission.status = status;
    EXPECT_EQ(start_rank(mission).has_value(), status == MissionStatus::ready) << vocabulary::name_of(status);
  }
  auto mission = waiting(Priority::low, kNow);
  mission.vehicle_id.reset();
  EXPECT_FALSE(start_rank(mission));
  mission = waiting(Priority::low, kNow);
  mission.start_policy = StartPolicy::manual;
  EXPECT_FALSE(start_rank(mission));
  mission = waiting(Priority::low, kNow);
  mission.deleted_at = kNow;
  EXPECT_FALSE(start_rank(mission));
}

TEST(StartRank, HigherPriorityThenOlderAndWaitingOvertakesAStepInTenMinutes) {
  const auto rank = [](Priority priority, Time since) { return *start_rank(waiting(priority, since)); };
  EXPECT_LT(rank(Priority::high, kNow), rank(Priority::normal, kNow - seconds(1)));
  EXPECT_LT(rank(Priority::normal, kNow - seconds(1)), rank(Priority::normal, kNow));
  EXPECT_LT(rank(Priority::low, kNow - seconds(601)), rank(Priority::normal, kNow));
  EXPECT_GT(rank(Priority::low, kNow - seconds(599)), rank(Priority::normal, kNow));
  auto later = waiting(Priority::normal, kNow - seconds(100));
  later.scheduled_start = kNow + seconds(5);
  EXPECT_EQ(*start_rank(later), rank(Priority::normal, kNow + seconds(5)))
      << "it waits from when it might have started";
}

std::string fired(Mission mission, const std::string& kind, std::int64_t attempt, Time now) {
  return outcome_of(mission, decide_timer(mission, kind, attempt, now));
}

TEST(FiredTimers, EveryKindTimesEveryStateDoesWhatTheStateStillAsksFor) {
  const auto late = kNow + std::chrono::hours(1);
  for (const auto status : kEveryStatus) {
    const std::string stays(vocabulary::name_of(status));
    const bool pending = status == MissionStatus::pending;
    const bool waits = pending || status == MissionStatus::ready;
    const bool under_way = status == MissionStatus::running || status == MissionStatus::paused;
    EXPECT_EQ(fired(timed(status), "schedule", 1, late), pending ? "ready mission.ready" : stays);
    EXPECT_EQ(fired(timed(status), "deadline", 1, late), waits ? "failed mission.failed" : stays);
    EXPECT_EQ(fired(timed(status), "timeout", 1, late), under_way ? "failed mission.failed" : stays);
    EXPECT_EQ(fired(timed(status), "backoff", 1, late), stays);
    EXPECT_EQ(fired(timed(status), "no such kind", 1, late), stays);
    auto again = timed(status);
    again.not_before = kNow;
    EXPECT_EQ(fired(again, "backoff", 1, late), pending ? "ready mission.ready" : stays);
    EXPECT_EQ(fired(again, "schedule", 1, late), stays);
  }
}

TEST(FiredTimers, OneOfAnEarlierAttemptOrBeforeItsTimeChangesNothing) {
  auto mission = timed(MissionStatus::running);
  mission.attempt = 2;
  const auto due = timers_of(mission)[0].due_at;
  EXPECT_EQ(fired(mission, "timeout", 1, due), "running");
  EXPECT_EQ(fired(mission, "timeout", 3, due), "running");
  EXPECT_EQ(fired(mission, "timeout", 2, due - vocabulary::Duration(1)), "running");
  EXPECT_EQ(fired(mission, "timeout", 2, due), "failed mission.failed");
}

TEST(FiredTimers, TheSecondFiringOfATimerChangesNothing) {
  const auto late = kNow + std::chrono::hours(1);
  for (const auto* kind : {"schedule", "deadline", "backoff", "timeout"}) {
    for (const auto status : kEveryStatus) {
      auto mission = timed(status);
      if (std::string_view(kind) == "backoff") mission.not_before = kNow;
      mission.retry = {.max_attempts = 3, .backoff_s = 5, .backoff_factor = 2, .max_backoff_s = 60};
      const auto after = evolve_all(mission, decide_timer(mission, kind, 1, late), late);
      EXPECT_TRUE(decide_timer(after, kind, 1, late).empty()) << kind << ' ' << vocabulary::name_of(status);
    }
  }
}

// The change that a firing makes to the timers' table: of the kind that fired.
std::optional<lanes::Timer> row_after(const Mission& mission, const std::string& kind, std::int64_t attempt, Time now) {
  lanes::WorkingSet set;
  auto& missions = set.emplace<MissionSet>();
  auto& edges = set.emplace<DependencySet>();
  auto& timers = set.emplace<lanes::TimerSet>();
  const auto command = fire_timer(
      {.stream = "mission", .stream_id = mission.id.uuid, .kind = kind, .attempt = attempt, .due_at = now, .data = {}});
  command->need(set);
  missions.take_needed();
  edges.take_needed();
  missions.loaded(mission, {});
  std::vector<vocabulary::Event> events;
  std::vector<std::unique_ptr<lanes::Command>> follow_ups;
  const auto caller = vocabulary::service_caller("timer");
  lanes::Journal journal{now, caller, {}, events, follow_ups};
  EXPECT_TRUE(command->carry_out(set, journal));
  const auto change = timers.changes().find({mission.id.uuid, kind});
  EXPECT_NE(change, timers.changes().end()) << "a row that fired is written anew or deleted";
  return change == timers.changes().end() ? std::nullopt : change->second;
}

TEST(FiredTimers, ALateFiringOfAnEarlierAttemptLeavesTheTimerOfTheNext) {
  auto mission = timed(MissionStatus::running);
  mission.attempt = 3;
  const auto late = kNow + std::chrono::hours(1);
  EXPECT_EQ(row_after(mission, "timeout", 2, late), timers_of(mission)[0]);
  EXPECT_EQ(row_after(mission, "timeout", 3, late), std::nullopt);
  EXPECT_EQ(row_after(mission, "timeout", 3, kNow - std::chrono::minutes(9)), timers_of(mission)[0]);
}

TEST(FiredTimers, ATimeoutIsAnAttemptThatFailed) {
  auto mission = timed(MissionStatus::running);
  mission.scheduled_start.reset();
  mission.retry = {.max_attempts = 2, .backoff_s = 5, .backoff_factor = 2, .max_backoff_s = 60};
  const auto due = timers_of(mission)[0].due_at;
  EXPECT_EQ(fired(mission, "timeout", 1, due), "pending mission.attempt_failed");
  const auto after = evolve_all(mission, decide_timer(mission, "timeout", 1, due), due);
  EXPECT_EQ(after.status_reason, "timeout");
  EXPECT_EQ(kinds(timers_of(after)), "backoff");
}

TEST(Backoff, GrowsByItsFactorToItsMostAndStrayATenthAtMost) {
  const Retry retry{.max_attempts = 100, .backoff_s = 2, .backoff_factor = 3, .max_backoff_s = 100};
  std::set<std::int64_t> different;
  for (std::uint64_t n = 0; n < 200; ++n) {
    const MissionId id{vocabulary::make_uuid_v7(kNow, n * 0x9E3779B97F4A7C15ULL, n * 0xC2B2AE3D27D4EB4FULL)};
    double plain = 2;
    for (int attempt = 1; attempt <= 100; ++attempt) {
      const auto wait = std::chrono::duration<double>(backoff(retry, id, attempt)).count();
      EXPECT_GE(wait, plain * 0.9 - 1e-6);
      EXPECT_LE(wait, plain * 1.1 + 1e-6);
      plain = std::min(plain * 3, 100.0);
    }
    different.insert(backoff(retry, id, 1).count());
  }
  EXPECT_GT(different.size(), 190U) << "missions that failed together do not come back together";
}

TEST(Backoff, IsTheSameEachTimeItIsAsked) {
  const Retry retry{.max_attempts = 5, .backoff_s = 10, .backoff_factor = 2, .max_backoff_s = 1000};
  const auto id = mission_in(MissionStatus::ready).id;
  for (int attempt = 1; attempt < 5; ++attempt) EXPECT_EQ(backoff(retry, id, attempt), backoff(retry, id, attempt));
  EXPECT_NE(backoff(retry, id, 1) * 2, backoff(retry, id, 2)) << "each attempt has a jitter of its own";
}

TEST(Backoff, NoneStaysNone) {
  EXPECT_EQ(backoff({}, mission_in(MissionStatus::ready).id, 1), vocabulary::Duration::zero());
}

}  // namespace
}  // namespace mms::missions
