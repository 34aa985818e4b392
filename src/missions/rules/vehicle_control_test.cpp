// What a mission asks of its vehicle, and that no order, repeat or delay of the vehicle's answers matters.
#include "missions/rules/vehicle_control.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "missions/rules/mission_fixture.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using std::chrono::seconds;
using vocabulary::ProblemKind;
using Status = AcknowledgmentStatus;
namespace json = vocabulary::json;

Mission carried(MissionStatus status) {
  auto mission = mission_in(status);
  mission.control = Control::vehicle;
  mission.command_timeout_s = 10;
  return mission;
}

Result<Events> command(std::string_view name, const Mission& m, Time now = kNow) {
  const auto plain = [&]() -> Result<Events> {
    if (name == "start") return decide(m, StartMission{}, StartFacts{}, now);
    if (name == "pause") return decide(m, PauseMission{.reason = {std::string("dust")}});
    if (name == "resume") return decide(m, ResumeMission{}, StartFacts{}, now);
    if (name == "complete") return decide(m, CompleteMission{.outcome = {}, .result = {}, .force = {true}}, {});
    if (name == "fail") return decide(m, FailMission{.reason = std::string("axle")}, now);
    if (name == "cancel") return decide(m, CancelMission{});
    if (name == "assign") return decide(m, AssignMission{.vehicle_id = std::string("truck-2")}, std::nullopt);
    if (name == "delete") return decide(m, DeleteMission{}, {});
    if (name == "safety") return decide_safety_pause(m, "rockfall", "follow_up", now);
    UpdateMission move;
    move.vehicle_id.value = std::string("truck-2");
    move.vehicle_id.present = true;
    return decide(m, move, std::nullopt, now);
  };
  auto decided = plain();
  if (!decided) return decided;
  return through_vehicle(m, std::move(*decided), "ada", now);
}

// The mission after `name` was commanded.
Mission after(std::string_view name, Mission mission, Time now = kNow) {
  auto events = command(name, mission, now);
  EXPECT_TRUE(events) << name;
  return evolve_all(std::move(mission), *events, now);
}

Mission requested(RequestedChange change) {
  switch (change) {
    case RequestedChange::start:
      return after("start", carried(MissionStatus::ready));
    case RequestedChange::pause:
      return after("pause", carried(MissionStatus::running));
    case RequestedChange::resume:
      return after("resume", carried(MissionStatus::paused));
    case RequestedChange::cancel:
      break;
  }
  return after("cancel", carried(MissionStatus::running));
}

constexpr RequestedChange kChanges[] = {RequestedChange::start, RequestedChange::pause, RequestedChange::resume,
                                        RequestedChange::cancel};

Acknowledgment answer(const Mission& mission, Status status, CommandId id) {
  return {.mission_id = mission.id, .command_id = id, .status = status};
}
Acknowledgment answer(const Mission& mission, Status status) {
  return answer(mission, status, mission.requested->command_id);
}
Mission heard(Mission mission, const Acknowledgment& a, Time now = kNow) {
  const auto answered = decide(mission, a, now);
  if (!answered) return mission;
  return evolve_all(std::move(mission), answered->events, now);
}

TEST(VehicleControl, EveryStateTimesEveryCommandAsksTheVehicleOfWhatItMustDo) {
  constexpr std::string_view kCommands[] = {"start",  "pause",  "resume", "complete", "fail",
                                            "cancel", "assign", "delete", "safety",   "move"};
  struct Row {
    std::string name;
    Mission mission;
    std::vector<std::string> outcomes;
  };
  const Row rows[] = {
      {"ready",
       carried(MissionStatus::ready),
       {"ready mission.command_requested", "wrong_state", "wrong_state", "wrong_state", "failed mission.failed",
        "cancelled mission.cancelled", "ready mission.assigned", "ready mission.deleted", "wrong_state",
        "ready mission.updated"}},
      {"start requested",
       requested(RequestedChange::start),
       {"wrong_state", "wrong_state", "wrong_state", "wrong_state", "failed mission.failed mission.recall_requested",
        "ready mission.command_requested", "wrong_state", "mission_active",
        "ready mission.command_withdrawn mission.recall_requested", "field_frozen"}},
      {"running",
       carried(MissionStatus::running),
       {"wrong_state", "running mission.command_requested", "wrong_state", "completed mission.completed",
        "failed mission.failed mission.recall_requested", "running mission.command_requested", "wrong_state",
        "mission_active", "running mission.command_requested", "field_frozen"}},
      {"pause requested",
       requested(RequestedChange::pause),
       {"wrong_state", "wrong_state", "wrong_state", "completed mission.completed",
        "failed mission.failed mission.recall_requested", "running mission.command_requested", "wrong_state",
        "mission_active", "running", "field_frozen"}},
      {"paused",
       carried(MissionStatus::paused),
       {"wrong_state", "wrong_state", "paused mission.command_requested", "completed mission.completed",
        "failed mission.failed mission.recall_requested", "paused mission.command_requested", "wrong_state",
        "mission_active", "wrong_state", "field_frozen"}},
      {"resume requested",
       requested(RequestedChange::resume),
       {"wrong_state", "wrong_state", "wrong_state", "completed mission.completed",
        "failed mission.failed mission.recall_requested", "paused mission.command_requested", "wrong_state",
        "mission_active", "paused mission.command_requested", "field_frozen"}},
      {"cancel requested",
       requested(RequestedChange::cancel),
       {"wrong_state", "wrong_state", "wrong_state", "completed mission.completed",
        "failed mission.failed mission.recall_requested", "wrong_state", "wrong_state", "mission_active", "running",
        "field_frozen"}},
  };
  for (const auto& row : rows) {
    ASSERT_EQ(row.outcomes.size(), std::size(kCommands));
    for (std::size_t i = 0; i < std::size(kCommands); ++i) {
      const auto done = command(kCommands[i], row.mission);
      EXPECT_EQ(outcome_of(row.mission, done), row.outcomes[i]) << row.name << " × " << kCommands[i];
      if (done || done.error().kind != ProblemKind::wrong_state) continue;
      EXPECT_EQ(done.error().members.find("\"requested\":{\"command\"") != std::string::npos,
                row.mission.requested.has_value())
          << row.name << " × " << kCommands[i] << " names what is requested";
    }
  }
}

TEST(VehicleControl, ARequestCarriesWhatTheVehicleNeedsAndOccupiesIt) {
  const auto ready = carried(MissionStatus::ready);
  const auto events = *command("start", ready);
  const auto& request = std::get<MissionCommandRequested>(events.front());
  EXPECT_EQ(request.vehicle_id, "truck-1");
  EXPECT_EQ(request.by, "ada");
  EXPECT_EQ(request.expires_at, kNow + seconds(10));
  ASSERT_TRUE(request.order);
  EXPECT_EQ(request.order->tasks.size(), 1U);
  const auto mission = evolve_all(ready, events);
  EXPECT_TRUE(occupies_vehicle(mission));
  EXPECT_EQ(mission.status, MissionStatus::ready);
  const auto timers = timers_of(mission);
  const auto timer = std::ranges::find(timers, "command_timeout", &lanes::Timer::kind);
  ASSERT_NE(timer, timers.end());
  EXPECT_EQ(timer->due_at, kNow + seconds(10));
}

TEST(VehicleControl, CompletedConfirmsAndRejectedLeavesTheState) {
  const MissionStatus confirmed[] = {MissionStatus::running, MissionStatus::paused, MissionStatus::running,
                                     MissionStatus::cancelled};
  for (std::size_t i = 0; i < std::size(kChanges); ++i) {
    const auto asked = requested(kChanges[i]);
    const auto done = heard(asked, answer(asked, Status::completed));
    EXPECT_EQ(done.status, confirmed[i]);
    EXPECT_FALSE(done.requested);
    EXPECT_EQ(done.last_command->outcome, CommandOutcome::confirmed);
    auto no = answer(asked, Status::rejected);
    no.reason = vocabulary::Text<1, 500>(std::string("the road is closed"));
    const auto refused = heard(asked, no);
    EXPECT_EQ(refused.status, asked.status);
    EXPECT_FALSE(refused.requested);
    EXPECT_EQ(refused.last_command->reason, "the road is closed");
  }
}

// What the answers came to, whichever way they came: events of one moment are a microsecond apart.
std::string end_of(Mission mission) {
  mission.version = 0;
  mission.updated_at = {};
  mission.last_command->at = {};
  if (mission.started_at) mission.started_at = kNow;
  if (mission.ended_at) mission.ended_at = kNow;
  return json::write(mission);
}

TEST(VehicleControl, RepeatsDelaysAndAnyOrderOfAnswersEndInTheSameState) {
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    const auto asked = requested(kChanges[random() % 4]);
    const auto last = random() % 2 == 0 ? Status::completed : Status::rejected;
    const auto expected = end_of(heard(heard(asked, answer(asked, Status::accepted)), answer(asked, last)));
    std::vector<Status> statuses{last};
    for (auto n = random() % 4; n > 0; --n) statuses.push_back(Status::accepted);
    for (auto n = random() % 3; n > 0; --n) statuses.push_back(last);
    std::ranges::shuffle(statuses, random);
    auto mission = asked;
    for (const auto status : statuses) mission = heard(std::move(mission), answer(asked, status));
    ASSERT_EQ(end_of(mission), expected) << round;
  }
}

TEST(VehicleControl, AnswersToCommandsOfThePastChangeNothingForEver) {
  auto mission = carried(MissionStatus::ready);
  std::set<CommandId> ids;
  auto now = kNow;
  for (const auto* name : {"start", "pause", "resume", "pause", "cancel"}) {
    now += seconds(1);
    mission = after(name, std::move(mission), now);
    EXPECT_TRUE(ids.insert(mission.requested->command_id).second);
    EXPECT_TRUE(vocabulary::is_version_7(mission.requested->command_id.uuid));
    mission = heard(mission, answer(mission, Status::completed), now);
    for (const auto& id : ids) {
      for (const auto status : {Status::accepted, Status::completed}) {
        const auto again = decide(mission, answer(mission, status, id), now);
        ASSERT_TRUE(again);
        EXPECT_TRUE(again->events.empty());
        EXPECT_NE(again->heard, Heard::news);
      }
    }
  }
  EXPECT_EQ(mission.status, MissionStatus::cancelled);
  const auto unknown = decide(mission, answer(mission, Status::completed, {vocabulary::make_uuid_v7(kNow, 1, 2)}), now);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ProblemKind::not_found);
}

TEST(VehicleControl, AnAnswerThatContradictsIsRefusedAndSaysWhatCameOfIt) {
  const auto asked = requested(RequestedChange::start);
  const auto over = evolve_all(asked, decide_timer(asked, "command_timeout", 1, kNow + seconds(10)));
  EXPECT_EQ(over.last_command->outcome, CommandOutcome::timed_out);
  const auto late = decide(over, answer(asked, Status::completed), kNow + seconds(11));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ProblemKind::wrong_state);
  EXPECT_NE(late.error().members.find("\"outcome\":\"timed_out\""), std::string::npos);
  EXPECT_TRUE(decide(over, answer(asked, Status::rejected), kNow + seconds(11)));
  const auto done = heard(asked, answer(asked, Status::completed));
  EXPECT_FALSE(decide(done, answer(asked, Status::rejected), kNow));
}

TEST(VehicleControl, OnlyTheVehicleThatWasAskedAnswers) {
  const auto asked = requested(RequestedChange::start);
  auto other = answer(asked, Status::completed);
  other.vehicle_id = vocabulary::Identifier(std::string("truck-2"));
  EXPECT_EQ(heard(asked, other), asked);
  auto early = answer(asked, Status::completed);
  early.recorded_at = kNow + seconds(31);
  EXPECT_EQ(decide(asked, early, kNow).error().kind, ProblemKind::invalid_fields);
}

TEST(VehicleControl, ACancelOvertakesAndTheAnswerToWhatItOvertookIsLate) {
  const auto started = requested(RequestedChange::start);
  const auto cancelling = after("cancel", started, kNow + seconds(1));
  EXPECT_EQ(cancelling.status, MissionStatus::ready);
  EXPECT_EQ(cancelling.last_command->outcome, CommandOutcome::superseded);
  const auto late = decide(cancelling, answer(started, Status::completed), kNow + seconds(1));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->heard, Heard::late);
  EXPECT_EQ(heard(cancelling, answer(cancelling, Status::completed)).status, MissionStatus::cancelled);
}

TEST(VehicleControl, AMissionThatStartsByItselfWaitsLongerAfterEachUnansweredStart) {
  auto mission = carried(MissionStatus::ready);
  mission.start_policy = StartPolicy::auto_;
  auto now = kNow;
  for (const int wait : {10, 20, 40, 80}) {
    mission = after("start", std::move(mission), now);
    EXPECT_FALSE(start_rank(mission));
    now = mission.requested->expires_at;
    mission = evolve_all(mission, decide_timer(mission, "command_timeout", 1, now), now);
    EXPECT_EQ(mission.status, MissionStatus::pending);
    EXPECT_EQ(mission.not_before, now + seconds(wait));
    now += seconds(wait);
    mission = evolve_all(mission, decide_timer(mission, "backoff", 1, now), now);
    EXPECT_TRUE(start_rank(mission));
  }
  // One that a person starts stays where it is.
  const auto manual = requested(RequestedChange::start);
  EXPECT_EQ(evolve_all(manual, decide_timer(manual, "command_timeout", 1, kNow + seconds(10))).status,
            MissionStatus::ready);
}

TEST(VehicleControl, AReportOfATaskProvesTheStart) {
  const auto asked = requested(RequestedChange::start);
  const ReportTask report{.status = TaskStatus::running, .progress = {}, .message = {}, .recorded_at = {}};
  EXPECT_EQ(outcome_of(asked, decide(asked, "load", report, {}, kNow)),
            "running mission.started mission.task_reported");
}

vehicles::MissionReport report_of(const Mission& mission, bool on_it, Time since, Time recorded_at) {
  return {.vehicle_id = "truck-1",
          .fleet_id = mission.fleet_id,
          .mission_id = on_it ? std::optional(mission.id) : std::nullopt,
          .since = since,
          .recorded_at = recorded_at};
}
Mission reported(Mission mission, bool on_it, Time since, Time at) {
  return evolve_all(mission, decide_report(mission, report_of(mission, on_it, since, at), "follow_up", at), at);
}

TEST(VehicleReports, ProveARequestedStartAndACancelAndNothingElse) {
  for (const auto change : kChanges) {
    for (const bool on_it : {false, true}) {
      const auto asked = requested(change);
      const bool proves = (change == RequestedChange::start && on_it) || (change == RequestedChange::cancel && !on_it);
      EXPECT_EQ(reported(asked, on_it, kNow, kNow + seconds(1)).requested.has_value(), !proves);
      EXPECT_TRUE(reported(asked, on_it, kNow - seconds(9), kNow - seconds(1)).requested) << "said before it was asked";
    }
  }
}

TEST(VehicleReports, AMissionThatItsVehicleDroppedIsAlarmingOnceAndUntilItIsOnItAgain) {
  const auto running = carried(MissionStatus::running);
  EXPECT_EQ(reported(running, false, kNow, kNow + seconds(9)), running) << "within the grace";
  const auto dropped = reported(running, false, kNow, kNow + seconds(10));
  EXPECT_EQ(dropped.status, MissionStatus::running);
  EXPECT_EQ(dropped.status_reason, kOnNoMission);
  EXPECT_EQ(reported(dropped, false, kNow, kNow + seconds(99)), dropped);
  const auto back = reported(dropped, true, kNow + seconds(100), kNow + seconds(100));
  EXPECT_FALSE(back.status_reason);
  auto direct = running;
  direct.control = Control::direct;
  EXPECT_EQ(reported(direct, false, kNow, kNow + seconds(99)), direct);
}

TEST(VehicleReports, AVehicleOnACancelledMissionIsRecalledByTheSameCommandFiveTimes) {
  const auto asked = requested(RequestedChange::cancel);
  auto mission = heard(asked, answer(asked, Status::completed));
  auto now = kNow;
  std::vector<int> sent;
  for (int i = 0; i < 100; ++i) {
    now += seconds(3);
    const auto before = mission.recall ? mission.recall->sent : 0;
    mission = reported(std::move(mission), true, kNow, now);
    if (!mission.recall || mission.recall->sent == before) continue;
    sent.push_back(mission.recall->sent);
    EXPECT_EQ(mission.recall->command_id, asked.requested->command_id);
  }
  EXPECT_EQ(sent, (std::vector<int>{1, 2, 3, 4, 5}));
  EXPECT_EQ(recalled_vehicle(mission), "truck-1");
  mission = heard(mission, answer(mission, Status::completed, mission.recall->command_id), now);
  EXPECT_FALSE(recalled_vehicle(mission));
  auto stranger = report_of(mission, true, kNow, now + seconds(1000));
  stranger.fleet_id = "another";
  EXPECT_TRUE(decide_report(mission, stranger, "follow_up", now + seconds(1000)).empty());
}

TEST(VehicleReports, AFailedMissionIsTakenFromItsVehicleAtOnce) {
  const auto failed = after("fail", carried(MissionStatus::running));
  EXPECT_EQ(failed.status, MissionStatus::failed);
  EXPECT_EQ(recalled_vehicle(failed), "truck-1");
  EXPECT_FALSE(recalled_vehicle(after("fail", carried(MissionStatus::ready)))) << "the vehicle never had it";
}

}  // namespace
}  // namespace mms::missions
