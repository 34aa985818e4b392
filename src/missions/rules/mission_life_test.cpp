// Every state × every command, every state × every field.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>

#include "missions/rules/mission_fixture.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;
namespace json = vocabulary::json;

Result<Events> carry_out(std::string_view command, const Mission& m) {
  if (command == "start") return decide(m, StartMission{}, StartFacts{}, kNow);
  if (command == "pause") return decide(m, PauseMission{});
  if (command == "resume") return decide(m, ResumeMission{}, StartFacts{}, kNow);
  if (command == "complete") return decide(m, CompleteMission{.outcome = {}, .result = {}, .force = {true}}, {});
  if (command == "fail") return decide(m, FailMission{.reason = std::string("broken axle")}, kNow);
  if (command == "retry") return decide(m, RetryMission{}, kNow);
  if (command == "cancel") return decide(m, CancelMission{});
  if (command == "assign") return decide(m, AssignMission{.vehicle_id = std::string("truck-2")}, std::nullopt);
  if (command == "delete") return decide(m, DeleteMission{}, {});
  if (command == "report") {
    return decide(m, "load",
                  ReportTask{.status = TaskStatus::succeeded, .progress = {}, .message = {}, .recorded_at = {}}, {},
                  kNow);
  }
  UpdateMission rename;
  rename.name.value = std::string("renamed");
  return decide(m, rename, std::nullopt, kNow);
}

constexpr std::string_view kCommands[] = {"start",  "pause",  "resume", "complete", "fail",  "retry",
                                          "cancel", "assign", "update", "delete",   "report"};

// domain.md §3. A column is a command, in the order of kCommands.
const std::map<MissionStatus, std::vector<std::string>> kTable{
    {MissionStatus::pending,
     {"running mission.started", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state",
      "cancelled mission.cancelled", "pending mission.assigned", "ready mission.updated mission.ready",
      "pending mission.deleted", "wrong_state"}},
    {MissionStatus::ready,
     {"running mission.started", "wrong_state", "wrong_state", "wrong_state", "failed mission.failed", "wrong_state",
      "cancelled mission.cancelled", "ready mission.assigned", "ready mission.updated", "ready mission.deleted",
      "wrong_state"}},
    {MissionStatus::running,
     {"wrong_state", "paused mission.paused", "wrong_state", "completed mission.completed", "failed mission.failed",
      "wrong_state", "cancelled mission.cancelled", "wrong_state", "running mission.updated", "mission_active",
      "running mission.task_reported"}},
    {MissionStatus::paused,
     {"wrong_state", "wrong_state", "running mission.resumed", "completed mission.completed", "failed mission.failed",
      "wrong_state", "cancelled mission.cancelled", "paused mission.assigned", "paused mission.updated",
      "mission_active", "paused mission.task_reported"}},
    {MissionStatus::completed,
     {"wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state",
      "wrong_state", "field_frozen", "completed mission.deleted", "wrong_state"}},
    {MissionStatus::failed,
     {"wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "ready mission.retried mission.ready",
      "wrong_state", "wrong_state", "field_frozen", "failed mission.deleted", "wrong_state"}},
    {MissionStatus::cancelled,
     {"wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state", "wrong_state",
      "wrong_state", "field_frozen", "cancelled mission.deleted", "wrong_state"}},
};

std::string allowed_in(MissionStatus status) {
  std::vector<std::string> names;
  for (const auto name : allowed_commands(status)) names.emplace_back(name);
  return json::ObjectText().add("state", status).add("allowed", names).members();
}

TEST(MissionLife, EveryStateTimesEveryCommandHasTheTablesOutcome) {
  for (const auto status : kEveryStatus) {
    const auto& row = kTable.at(status);
    ASSERT_EQ(row.size(), std::size(kCommands));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto mission = mission_in(status);
      EXPECT_EQ(outcome_of(mission, carry_out(kCommands[i], mission)), row[i])
          << vocabulary::name_of(status) << " × " << kCommands[i];
    }
  }
}

TEST(MissionLife, AWrongStateNamesTheStateAndExactlyTheCommandsThatItAllows) {
  for (const auto status : kEveryStatus) {
    const auto allowed = allowed_commands(status);
    for (const auto command : kCommands) {
      const auto done = carry_out(command, mission_in(status));
      const bool refused =
          !done && (done.error().kind == ProblemKind::wrong_state || done.error().kind == ProblemKind::mission_active);
      if (!done && done.error().kind == ProblemKind::wrong_state) {
        EXPECT_EQ(done.error().members, allowed_in(status)) << command;
      }
      if (command == "report") continue;  // on a task, not in the list
      EXPECT_EQ(std::ranges::find(allowed, command) == allowed.end(), refused)
          << vocabulary::name_of(status) << " × " << command;
    }
  }
}

TEST(MissionLife, AnAttemptThatFailsIsFollowedByAnotherWhileAttemptsAreLeft) {
  for (const auto status : {MissionStatus::ready, MissionStatus::running, MissionStatus::paused}) {
    auto mission = mission_in(status);
    mission.retry = {.max_attempts = 3, .backoff_s = 10, .backoff_factor = 2, .max_backoff_s = 60};
    const auto first = decide(mission, FailMission{.reason = std::string("axle")}, kNow);
    EXPECT_EQ(outcome_of(mission, first), "pending mission.attempt_failed");
    const auto after = evolve_all(mission, *first);
    EXPECT_EQ(after.attempt, 2);
    EXPECT_EQ(after.not_before, kNow + backoff(mission.retry, mission.id, 1));
    EXPECT_EQ(after.status_reason, "axle");
    mission.attempt = 3;
    EXPECT_EQ(outcome_of(mission, decide(mission, FailMission{.reason = std::string("axle")}, kNow)),
              "failed mission.failed");
    mission.attempt = 1;
    mission.retry.backoff_s = 0;
    EXPECT_EQ(outcome_of(mission, decide(mission, FailMission{.reason = std::string("axle")}, kNow)),
              "ready mission.attempt_failed mission.ready");
  }
}

TEST(MissionLife, ARetryBeginsTheTasksAnew) {
  auto mission = mission_in(MissionStatus::failed);
  mission.tasks = {task_of("load", TaskStatus::succeeded), task_of("haul", TaskStatus::failed)};
  mission.progress = 0.5;
  const auto after = evolve_all(mission, *decide(mission, RetryMission{}, kNow));
  EXPECT_EQ(after.attempt, 2);
  EXPECT_EQ(after.progress, 0);
  EXPECT_FALSE(after.ended_at);
  for (const auto& task : after.tasks) EXPECT_EQ(task.status, TaskStatus::pending);
}

TEST(MissionLife, UnfinishedTasksHoldCompletionUnlessItIsForced) {
  auto mission = mission_in(MissionStatus::running);
  mission.tasks = {task_of("load", TaskStatus::succeeded), task_of("haul", TaskStatus::skipped), task_of("tip"),
                   task_of("wash", TaskStatus::failed)};
  const auto refused = decide(mission, CompleteMission{}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::tasks_unfinished);
  EXPECT_EQ(refused.error().members, R"("tasks":["tip","wash"])");
  const auto forced =
      decide(mission, CompleteMission{.outcome = {MissionOutcome::partial}, .result = {}, .force = {true}}, {});
  const auto after = evolve_all(mission, *forced);
  EXPECT_EQ(after.outcome, MissionOutcome::partial);
  EXPECT_EQ(after.progress, 1);
  EXPECT_TRUE(std::get<MissionCompleted>(forced->front()).forced);
}

struct GateCase {
  bool scheduled_later;
  bool vehicle;
  bool busy;
  const char* outcome;
  const char* reasons;
};

TEST(StartGate, NamesTheFirstReasonAndListsAll) {
  const GateCase cases[] = {
      {false, true, false, "running mission.started", ""},
      {true, true, false, "not_yet_scheduled", R"("reasons":["not_yet_scheduled"])"},
      {false, false, false, "vehicle_missing", R"("reasons":["vehicle_missing"])"},
      {false, true, true, "vehicle_busy", R"("reasons":["vehicle_busy"])"},
      {true, false, false, "not_yet_scheduled", R"("reasons":["not_yet_scheduled","vehicle_missing"])"},
      {true, true, true, "not_yet_scheduled", R"("reasons":["not_yet_scheduled","vehicle_busy"])"},
  };
  for (const auto& c : cases) {
    for (const auto status : {MissionStatus::pending, MissionStatus::ready}) {
      auto mission = mission_in(status);
      mission.scheduled_start = kNow + std::chrono::seconds(c.scheduled_later ? 60 : -60);
      if (!c.vehicle) mission.vehicle_id.reset();
      StartFacts facts;
      if (c.busy) facts.occupant = Occupant{{vocabulary::make_uuid_v7(kNow, 8, 8)}, "other haul"};
      const auto decided = decide(mission, StartMission{}, facts, kNow);
      EXPECT_EQ(outcome_of(mission, decided), c.outcome);
      if (decided) continue;
      EXPECT_TRUE(decided.error().members.ends_with(c.reasons)) << decided.error().members;
      if (c.busy) EXPECT_NE(decided.error().members.find("other haul"), std::string::npos);
      if (c.scheduled_later) EXPECT_NE(decided.error().members.find("earliest_start"), std::string::npos);
    }
  }
}

// An edge of which `mission` is the successor.
Edge edge_to(const Mission& mission, DependencyType type, MissionStatus predecessor) {
  Edge edge;
  edge.dependency.successor_id = mission.id;
  edge.dependency.type = type;
  edge.predecessor = predecessor_of(mission_in(predecessor));
  edge.predecessor.name = "first haul";
  edge.settlement = settle(edge.dependency, edge.predecessor, kNow);
  return edge;
}

TEST(StartGate, ADependencyComesBeforeEveryOtherReasonAndItsBlockersAreNamed) {
  auto mission = mission_in(MissionStatus::pending);
  mission.scheduled_start = kNow + std::chrono::minutes(1);
  mission.vehicle_id.reset();
  const StartFacts facts{.occupant = {},
                         .edges = {edge_to(mission, DependencyType::finish_to_start, MissionStatus::running)}};
  const auto refused = decide(mission, StartMission{}, facts, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::dependencies_unsatisfied);
  EXPECT_TRUE(refused.error().members.ends_with(
      R"("reasons":["dependencies_unsatisfied","not_yet_scheduled","vehicle_missing"])"))
      << refused.error().members;
  EXPECT_NE(refused.error().members.find("first haul"), std::string::npos);
}

TEST(StartGate, EveryTypeOfDependencyTimesEveryStateOfThePredecessor) {
  using enum MissionStatus;
  using enum DependencyType;
  const auto mission = mission_in(ready);
  const auto may_start = [&](DependencyType type, MissionStatus predecessor) {
    const StartFacts facts{.occupant = {}, .edges = {edge_to(mission, type, predecessor)}};
    return decide(mission, StartMission{}, facts, kNow).has_value();
  };
  for (const auto predecessor : kEveryStatus) {
    EXPECT_EQ(may_start(finish_to_start, predecessor), predecessor == completed) << vocabulary::name_of(predecessor);
    const bool began = predecessor == running || predecessor == paused || is_final(predecessor);
    EXPECT_EQ(may_start(start_to_start, predecessor), began) << vocabulary::name_of(predecessor);
    EXPECT_TRUE(may_start(finish_to_finish, predecessor));
    const auto done = decide(mission_in(running), CompleteMission{.outcome = {}, .result = {}, .force = {true}},
                             {edge_to(mission, finish_to_finish, predecessor)});
    EXPECT_EQ(done.has_value(), predecessor == completed) << vocabulary::name_of(predecessor);
    if (!done) EXPECT_EQ(done.error().kind, ProblemKind::finish_dependencies_unsatisfied);
  }
}

TEST(MissionLife, OneThatOthersWaitForIsNotDeleted) {
  const std::vector<MissionId> successors{{vocabulary::make_uuid_v7(kNow, 9, 9)}};
  for (const auto status : kEveryStatus) {
    const auto decided = decide(mission_in(status), DeleteMission{}, successors);
    const bool waits = status == MissionStatus::pending || status == MissionStatus::ready;
    EXPECT_EQ(!decided && decided.error().kind == ProblemKind::has_successors, waits) << vocabulary::name_of(status);
  }
}

TEST(StartGate, ABackoffHoldsAStartAsAScheduleDoes) {
  auto mission = mission_in(MissionStatus::pending);
  mission.not_before = kNow + std::chrono::seconds(1);
  EXPECT_EQ(outcome_of(mission, decide(mission, StartMission{}, {}, kNow)), "not_yet_scheduled");
  EXPECT_EQ(outcome_of(mission, decide(mission, StartMission{}, {}, *mission.not_before)), "running mission.started");
}

TEST(StartGate, IsAskedAgainToResumeButForTheSchedule) {
  auto mission = mission_in(MissionStatus::paused);
  mission.scheduled_start = kNow + std::chrono::hours(1);
  EXPECT_EQ(outcome_of(mission, decide(mission, ResumeMission{}, {}, kNow)), "running mission.resumed");
  const StartFacts busy{.occupant = Occupant{{vocabulary::make_uuid_v7(kNow, 8, 8)}, "other"}};
  EXPECT_EQ(outcome_of(mission, decide(mission, ResumeMission{}, busy, kNow)), "vehicle_busy");
  mission.vehicle_id.reset();
  EXPECT_EQ(outcome_of(mission, decide(mission, ResumeMission{}, {}, kNow)), "vehicle_missing");
}

TEST(MissionLife, AssigningAPausedMissionToAnOccupiedVehicleIsRefused) {
  const Occupant other{{vocabulary::make_uuid_v7(kNow, 8, 8)}, "other"};
  const AssignMission assign{.vehicle_id = std::string("truck-2")};
  EXPECT_EQ(outcome_of(mission_in(MissionStatus::paused), decide(mission_in(MissionStatus::paused), assign, other)),
            "vehicle_busy");
  // One that only waits may be given a vehicle that is still on its way elsewhere.
  EXPECT_EQ(outcome_of(mission_in(MissionStatus::ready), decide(mission_in(MissionStatus::ready), assign, other)),
            "ready mission.assigned");
}

// Sets one field of an update: to null where that is possible, to an empty value otherwise.
template <class T>
void give(Change<T>& change) {
  change.present = true;
}
template <class T>
void give(Replace<T>& change) {
  change.value.emplace();
}

TEST(FrozenFields, EveryStateTimesEveryFieldIsAsTheTableSays) {
  const std::vector<std::string_view> under_way{
      "name", "priority", "labels", "deadline", "timeout_s", "on_dependency_failure", "tasks", "command_timeout_s"};
  const std::vector<std::string_view> ended{"labels"};
  std::vector<std::string_view> fields;
  const UpdateMission nothing;
  vocabulary::for_each_member(nothing, [&](std::string_view name, const auto&) { fields.push_back(name); });
  ASSERT_EQ(fields.size(), 18U) << "a new field needs its rows here";
  for (const auto status : kEveryStatus) {
    for (const auto field : fields) {
      UpdateMission update;
      vocabulary::for_each_member(update, [&](std::string_view name, auto& change) {
        if (name == field) give(change);
      });
      const auto decided = decide(mission_in(status), update, std::nullopt, kNow);
      const bool frozen = !decided && decided.error().kind == ProblemKind::field_frozen;
      const bool waits = status == MissionStatus::pending || status == MissionStatus::ready;
      const auto& open = is_final(status) ? ended : under_way;
      EXPECT_EQ(frozen, !waits && std::ranges::find(open, field) == open.end())
          << vocabulary::name_of(status) << " × " << field;
      if (frozen) {
        ASSERT_EQ(decided.error().errors.size(), 1U);
        EXPECT_EQ(decided.error().errors[0].pointer, "/" + std::string(field));
      }
    }
  }
}

TEST(FrozenFields, AllFrozenFieldsAreNamedAtOnceAndNothingChanges) {
  UpdateMission update;
  update.name.value = std::string("new");
  update.vehicle_id.present = true;
  update.type.value = std::string("other");
  const auto decided = decide(mission_in(MissionStatus::running), update, std::nullopt, kNow);
  ASSERT_FALSE(decided);
  EXPECT_EQ(decided.error().errors.size(), 2U);
}

TEST(FrozenFields, ATaskThatHasBegunStaysAsItIs) {
  auto mission = mission_in(MissionStatus::running);
  mission.tasks = {task_of("load", TaskStatus::running), task_of("haul")};
  UpdateMission update;
  update.tasks.value.emplace();
  TaskInput tip;
  tip.key = std::string("tip");
  update.tasks.value->push_back(tip);
  EXPECT_EQ(outcome_of(mission, decide(mission, update, std::nullopt, kNow)), "field_frozen");
  TaskInput load;
  load.key = std::string("load");
  load.weight.value.value = 9;
  update.tasks.value->insert(update.tasks.value->begin(), load);
  const auto decided = decide(mission, update, std::nullopt, kNow);
  const auto after = evolve_all(mission, *decided);
  ASSERT_EQ(after.tasks.size(), 2U);
  EXPECT_EQ(after.tasks[0], mission.tasks[0]);
  EXPECT_EQ(after.tasks[1].key, "tip");
}

TEST(Updates, WhatDoesNotChangeAnythingIsNoEvent) {
  UpdateMission same;
  same.name.value = std::string("haul");
  same.deadline.present = true;
  for (const auto status : {MissionStatus::ready, MissionStatus::running}) {
    const auto decided = decide(mission_in(status), same, std::nullopt, kNow);
    ASSERT_TRUE(decided);
    EXPECT_TRUE(decided->empty());
  }
}

TEST(Updates, AScheduleSendsAReadyMissionBackAndItsEndMakesItReady) {
  UpdateMission later;
  later.scheduled_start.present = true;
  later.scheduled_start.value = kNow + std::chrono::hours(1);
  auto mission = mission_in(MissionStatus::ready);
  const auto decided = decide(mission, later, std::nullopt, kNow);
  EXPECT_EQ(outcome_of(mission, decided), "pending mission.updated");
  mission = evolve_all(mission, *decided);
  UpdateMission cleared;
  cleared.scheduled_start.present = true;
  EXPECT_EQ(outcome_of(mission, decide(mission, cleared, std::nullopt, kNow)), "ready mission.updated mission.ready");
}

}  // namespace
}  // namespace mms::missions
