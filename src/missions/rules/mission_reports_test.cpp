// Reports of tasks: order, repetition, progress, and the end that follows from the last one.
#include <gtest/gtest.h>

#include "missions/rules/mission_fixture.hpp"

namespace mms::missions {
namespace {

using vocabulary::ProblemKind;
using enum TaskStatus;

Mission three_tasks() {
  auto mission = mission_in(MissionStatus::running);
  mission.tasks = {task_of("load"), task_of("haul"), task_of("tip")};
  mission.tasks[1].weight = 2;
  return mission;
}

ReportTask report(TaskStatus status, std::optional<double> progress = {}) {
  ReportTask r;
  r.status = status;
  if (progress) r.progress = {*progress};
  return r;
}

Mission reported(const Mission& mission, const std::string& key, const ReportTask& r) {
  const auto decided = decide(mission, key, r, {}, kNow);
  EXPECT_TRUE(decided) << (decided ? "" : decided.error().detail);
  return decided ? evolve_all(mission, *decided) : mission;
}

TEST(TaskReports, TasksAreDoneInOrder) {
  auto mission = three_tasks();
  const auto early = decide(mission, "haul", report(running), {}, kNow);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().kind, ProblemKind::wrong_state);
  EXPECT_NE(early.error().members.find(R"("task":"load")"), std::string::npos);
  mission = reported(mission, "load", report(skipped));
  EXPECT_TRUE(decide(mission, "haul", report(running), {}, kNow));
  EXPECT_FALSE(decide(mission, "tip", report(running), {}, kNow));
}

TEST(TaskReports, UnlessTheMissionSaysUnordered) {
  auto mission = three_tasks();
  mission.unordered = true;
  EXPECT_TRUE(decide(mission, "tip", report(succeeded), {}, kNow));
}

TEST(TaskReports, ADuplicateOrLateReportChangesNothing) {
  for (const auto end : {succeeded, failed, skipped}) {
    const auto mission = reported(three_tasks(), "load", report(end));
    for (const auto late : {pending, running, succeeded, failed, skipped}) {
      const auto again = decide(mission, "load", report(late, 0.1), {}, kNow);
      ASSERT_TRUE(again);
      EXPECT_TRUE(again->empty());
    }
  }
}

TEST(TaskReports, ProgressNeverGoesBack) {
  auto mission = reported(three_tasks(), "load", report(running, 0.6));
  EXPECT_DOUBLE_EQ(mission.tasks[0].progress, 0.6);
  double last = mission.progress;
  for (const double p : {0.2, 0.6, 0.7, 0.1, 1.0}) {
    mission = reported(mission, "load", report(running, p));
    EXPECT_GE(mission.progress, last);
    last = mission.progress;
  }
  mission = reported(mission, "load", report(running));
  EXPECT_DOUBLE_EQ(mission.progress, last);
}

TEST(TaskReports, ProgressIsTheWeightedMean) {
  auto mission = reported(three_tasks(), "load", report(succeeded));
  EXPECT_DOUBLE_EQ(mission.progress, 0.25);
  mission = reported(mission, "haul", report(running, 0.5));
  EXPECT_DOUBLE_EQ(mission.progress, 0.5);
}

TEST(TaskReports, TheLastTaskCompletesAMissionThatSaysSo) {
  auto mission = three_tasks();
  mission.complete_on_last_task = true;
  mission = reported(mission, "load", report(succeeded));
  mission = reported(mission, "haul", report(skipped));
  EXPECT_EQ(mission.status, MissionStatus::running);
  const auto last = decide(mission, "tip", report(succeeded), {}, kNow);
  EXPECT_EQ(outcome_of(mission, last), "completed mission.task_reported mission.completed");
  EXPECT_EQ(outcome_of(mission, decide(mission, "tip", report(failed), {}, kNow)), "running mission.task_reported");
  mission.status = MissionStatus::paused;
  EXPECT_EQ(outcome_of(mission, decide(mission, "tip", report(succeeded), {}, kNow)), "paused mission.task_reported");
  mission.status = MissionStatus::running;
  mission.complete_on_last_task = false;
  EXPECT_EQ(outcome_of(mission, decide(mission, "tip", report(succeeded), {}, kNow)), "running mission.task_reported");
}

TEST(TaskReports, InAnyOrderTheLastOneCompletes) {
  auto mission = three_tasks();
  mission.complete_on_last_task = mission.unordered = true;
  mission = reported(mission, "tip", report(succeeded));
  mission = reported(mission, "load", report(succeeded));
  EXPECT_EQ(mission.status, MissionStatus::running);
  mission = reported(mission, "haul", report(succeeded));
  EXPECT_EQ(mission.status, MissionStatus::completed);
}

TEST(TaskReports, AReportKeepsItsOwnTimes) {
  auto first = report(running);
  first.recorded_at = kNow - std::chrono::seconds(20);
  auto mission = reported(three_tasks(), "load", first);
  EXPECT_EQ(mission.tasks[0].started_at, first.recorded_at);
  mission = reported(mission, "load", report(succeeded));
  EXPECT_EQ(mission.tasks[0].started_at, first.recorded_at);
  EXPECT_EQ(mission.tasks[0].ended_at, kNow);
  EXPECT_DOUBLE_EQ(mission.tasks[0].progress, 1);
}

TEST(TaskReports, NobodyReportsThatATaskHasNotBegunOrDoesNotExist) {
  const auto pending_again = decide(three_tasks(), "load", report(pending), {}, kNow);
  ASSERT_FALSE(pending_again);
  EXPECT_EQ(pending_again.error().kind, ProblemKind::invalid_fields);
  const auto unknown = decide(three_tasks(), "wash", report(running), {}, kNow);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ProblemKind::not_found);
}

}  // namespace
}  // namespace mms::missions
