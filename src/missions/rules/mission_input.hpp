// What clients send: bodies of the mission endpoints, with their limits.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "missions/rules/mission.hpp"
#include "safety/rules/requirement.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::missions {

using vocabulary::Between;
using vocabulary::Change;
using vocabulary::Identifier;
using vocabulary::List;
using vocabulary::Or;
using vocabulary::Replace;
using vocabulary::Text;

struct TaskInput {
  Identifier key;
  Or<TaskType::custom> type;
  Raw parameters;
  Or<Between<0.001, 1e6>{1.0}> weight;
  std::optional<Between<0.001, 31536000.0>> timeout_s;
};
BOOST_DESCRIBE_STRUCT(TaskInput, (), (key, type, parameters, weight, timeout_s))

struct RetryInput {
  Or<Between<1, 100>{1}> max_attempts;
  Or<Between<0.0, 86400.0>{0.0}> backoff_s;
  Or<Between<1.0, 10.0>{2.0}> backoff_factor;
  Or<Between<0.0, 604800.0>{3600.0}> max_backoff_s;
};
BOOST_DESCRIBE_STRUCT(RetryInput, (), (max_attempts, backoff_s, backoff_factor, max_backoff_s))

// From a template: its mission, with the fields given beside template_id in the place of the template's.
struct CreateMission {
  std::optional<MissionId> id;
  Identifier fleet_id;
  std::optional<TemplateId> template_id;
  std::optional<Between<1, 1000000000>> template_version;  // absent: the newest
  std::optional<Identifier> vehicle_id;
  std::optional<Text<1, 200>> name;  // required without a template
  std::optional<Text<1, 64>> type;
  Or<Priority::normal> priority;
  Raw parameters;
  List<TaskInput, 1000> tasks;
  Or<false> unordered;
  Or<false> complete_on_last_task;
  Or<false> complete_on_last_trip;
  safety::SafetyRequirements safety_requirements;
  std::map<std::string, std::string> labels;
  Or<StartPolicy::manual> start_policy;
  std::optional<Time> scheduled_start;
  std::optional<Time> deadline;
  std::optional<Between<0.001, 31536000.0>> timeout_s;
  std::optional<RetryInput> retry;
  Or<OnDependencyFailure::block> on_dependency_failure;
  Or<Control::direct> control;
  std::optional<Between<0.1, 86400.0>> command_timeout_s;  // with control: vehicle; absent: 30
};
BOOST_DESCRIBE_STRUCT(CreateMission,
                      (),
                      (id,
                       fleet_id,
                       template_id,
                       template_version,
                       vehicle_id,
                       name,
                       type,
                       priority,
                       parameters,
                       tasks,
                       unordered,
                       complete_on_last_task,
                       complete_on_last_trip,
                       safety_requirements,
                       labels,
                       start_policy,
                       scheduled_start,
                       deadline,
                       timeout_s,
                       retry,
                       on_dependency_failure,
                       control,
                       command_timeout_s))
// Called by the reader.
inline void check_fields(vocabulary::json::Reading& in, const CreateMission& mission) {
  if (mission.template_id) return;
  if (!mission.name) {
    const vocabulary::json::Reading::Step step(in, "name");
    in.error("required", "this field is required without a template_id");
  }
  if (mission.template_version) {
    const vocabulary::json::Reading::Step step(in, "template_version");
    in.error("not_together", "template_version needs a template_id");
  }
}

// A merging update: absent keeps, null clears, lists replace.
struct UpdateMission {
  Change<Identifier> vehicle_id;
  Replace<Text<1, 200>> name;
  Replace<Text<1, 64>> type;
  Replace<Priority> priority;
  Change<Raw> parameters;
  Replace<List<TaskInput, 1000>> tasks;
  Replace<bool> unordered;
  Replace<bool> complete_on_last_task;
  Replace<bool> complete_on_last_trip;
  Replace<safety::SafetyRequirements> safety_requirements;
  Change<std::map<std::string, std::string>> labels;
  Replace<StartPolicy> start_policy;
  Change<Time> scheduled_start;
  Change<Time> deadline;
  Change<Between<0.001, 31536000.0>> timeout_s;
  Change<RetryInput> retry;
  Replace<OnDependencyFailure> on_dependency_failure;
  Change<Between<0.1, 86400.0>> command_timeout_s;
};
BOOST_DESCRIBE_STRUCT(UpdateMission,
                      (),
                      (vehicle_id,
                       name,
                       type,
                       priority,
                       parameters,
                       tasks,
                       unordered,
                       complete_on_last_task,
                       complete_on_last_trip,
                       safety_requirements,
                       labels,
                       start_policy,
                       scheduled_start,
                       deadline,
                       timeout_s,
                       retry,
                       on_dependency_failure,
                       command_timeout_s))

struct StartMission {};
BOOST_DESCRIBE_STRUCT(StartMission, (), ())
struct PauseMission {
  std::optional<Text<1, 500>> reason;
};
BOOST_DESCRIBE_STRUCT(PauseMission, (), (reason))
struct ResumeMission {};
BOOST_DESCRIBE_STRUCT(ResumeMission, (), ())
struct CompleteMission {
  Or<MissionOutcome::success> outcome;
  Raw result;
  Or<false> force;  // although tasks are unfinished; needs missions:write
};
BOOST_DESCRIBE_STRUCT(CompleteMission, (), (outcome, result, force))
struct FailMission {
  Text<1, 500> reason;
};
BOOST_DESCRIBE_STRUCT(FailMission, (), (reason))
struct RetryMission {};
BOOST_DESCRIBE_STRUCT(RetryMission, (), ())
struct CancelMission {
  std::optional<Text<1, 500>> reason;  // absent: cancelled_by_caller
};
BOOST_DESCRIBE_STRUCT(CancelMission, (), (reason))
struct AssignMission {
  Identifier vehicle_id;
};
BOOST_DESCRIBE_STRUCT(AssignMission, (), (vehicle_id))
struct DeleteMission {};
BOOST_DESCRIBE_STRUCT(DeleteMission, (), ())

// One report of a task's progress.
struct ReportTask {
  TaskStatus status{};
  std::optional<Between<0.0, 1.0>> progress;
  std::optional<Text<0, 500>> message;
  std::optional<Time> recorded_at;  // absent: now
};
BOOST_DESCRIBE_STRUCT(ReportTask, (), (status, progress, message, recorded_at))

}  // namespace mms::missions
