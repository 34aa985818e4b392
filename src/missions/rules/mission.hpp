// A mission's stored fields: exactly what GET answers, what events fold into, and what the table's body holds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lanes/rules/timers.hpp"
#include "safety/rules/requirement.hpp"
#include "vocabulary/describe.hpp"
#include "vocabulary/ids.hpp"
#include "vocabulary/json.hpp"
#include "vocabulary/time.hpp"

namespace mms::missions {

using vocabulary::MissionId;
using vocabulary::PlanId;
using vocabulary::TemplateId;
using vocabulary::Time;
using vocabulary::json::Raw;

BOOST_DEFINE_ENUM_CLASS(MissionStatus, pending, ready, running, paused, completed, failed, cancelled)
BOOST_DEFINE_ENUM_CLASS(Priority, low, normal, high, urgent, emergency)
BOOST_DEFINE_ENUM_CLASS(StartPolicy, manual, auto_)
BOOST_DEFINE_ENUM_CLASS(OnDependencyFailure, block, cancel)
BOOST_DEFINE_ENUM_CLASS(Control, direct, vehicle)
BOOST_DEFINE_ENUM_CLASS(MissionOutcome, success, partial)
BOOST_DEFINE_ENUM_CLASS(TaskType, navigate, action, wait, notify, custom)
BOOST_DEFINE_ENUM_CLASS(TaskStatus, pending, running, succeeded, failed, skipped)
BOOST_DEFINE_ENUM_CLASS(RequestedChange, start, pause, resume, cancel)
// What became of a command to a vehicle. superseded: something overtook it, such as a cancel, or the mission's end.
BOOST_DEFINE_ENUM_CLASS(CommandOutcome, confirmed, rejected, timed_out, superseded)

// Names a command to a vehicle, for good: sent again it has the same one.
using CommandId = vocabulary::Id<struct VehicleCommandTag>;

struct Task {
  std::string key;
  TaskType type{};
  Raw parameters;
  TaskStatus status{};
  double progress = 0;
  double weight = 1;
  std::optional<double> timeout_s;
  std::optional<std::string> message;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  bool operator==(const Task&) const = default;
};
BOOST_DESCRIBE_STRUCT(Task,
                      (),
                      (key, type, parameters, status, progress, weight, timeout_s, message, started_at, ended_at))

struct Retry {
  int max_attempts = 1;
  double backoff_s = 0;
  double backoff_factor = 2;
  double max_backoff_s = 3600;
  bool operator==(const Retry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Retry, (), (max_attempts, backoff_s, backoff_factor, max_backoff_s))

// A command that its vehicle was sent and has not confirmed. At most one at a time.
struct Requested {
  RequestedChange command{};
  CommandId command_id;
  Time at;
  Time expires_at;
  std::string by;
  std::optional<std::string> reason;
  std::optional<Time> accepted_at;  // when the vehicle said that it has it
  bool operator==(const Requested&) const = default;
};
BOOST_DESCRIBE_STRUCT(Requested, (), (command, command_id, at, expires_at, by, reason, accepted_at))

// The latest command that is no longer requested.
struct LastCommand {
  RequestedChange command{};
  CommandId command_id;
  CommandOutcome outcome{};
  std::optional<std::string> reason;  // of a rejection, the vehicle's
  Time at;
  int failures = 0;  // how many commands of this kind in a row were not confirmed
  bool operator==(const LastCommand&) const = default;
};
BOOST_DESCRIBE_STRUCT(LastCommand, (), (command, command_id, outcome, reason, at, failures))

// A cancel for a vehicle that is, or may be, on this mission while the mission is not on the vehicle: no state waits
// for its answer.
struct Recall {
  CommandId command_id;
  std::string vehicle_id;
  Time at;
  Time expires_at;
  std::string reason;
  int sent = 1;                     // how often
  std::optional<Time> answered_at;  // absent: the vehicle has not answered
  bool operator==(const Recall&) const = default;
};
BOOST_DESCRIBE_STRUCT(Recall, (), (command_id, vehicle_id, at, expires_at, reason, sent, answered_at))

// The trips of a mission; cancelled ones do not count.
struct TripTally {
  int total = 0;
  int ended = 0;
  int completed = 0;  // of those that ended; the others failed
  bool operator==(const TripTally&) const = default;
};
BOOST_DESCRIBE_STRUCT(TripTally, (), (total, ended, completed))

struct Mission {
  MissionId id;
  std::string fleet_id;
  std::optional<std::string> vehicle_id;
  std::optional<TemplateId> template_id;
  std::optional<int> template_version;
  std::optional<PlanId> plan_id;
  std::string name;
  std::string type;
  Priority priority = Priority::normal;
  Raw parameters;
  std::vector<Task> tasks;
  bool unordered = false;
  bool complete_on_last_task = false;
  std::optional<bool> complete_on_last_trip;  // absent: no
  std::vector<safety::Requirement> safety_requirements;
  std::map<std::string, std::string> labels;
  StartPolicy start_policy = StartPolicy::manual;
  std::optional<Time> scheduled_start;
  std::optional<Time> deadline;
  std::optional<double> timeout_s;
  Retry retry;
  OnDependencyFailure on_dependency_failure = OnDependencyFailure::block;
  Control control = Control::direct;
  std::optional<double> command_timeout_s;  // how long its vehicle may take to confirm a command; absent: 30
  MissionStatus status = MissionStatus::pending;
  std::optional<std::string> status_reason;
  bool blocked = false;
  std::optional<Requested> requested;
  std::optional<LastCommand> last_command;
  std::optional<Recall> recall;
  std::optional<Time> not_before;
  double progress = 0;
  std::optional<TripTally> trips;  // absent: it never had one
  int attempt = 1;
  std::optional<MissionOutcome> outcome;
  Raw result;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::optional<Time> deleted_at;
  Time created_at;
  Time updated_at;
  std::string created_by;
  std::int64_t version = 0;
  bool operator==(const Mission&) const = default;
};
BOOST_DESCRIBE_STRUCT(Mission,
                      (),
                      (id,
                       fleet_id,
                       vehicle_id,
                       template_id,
                       template_version,
                       plan_id,
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
                       command_timeout_s,
                       status,
                       status_reason,
                       blocked,
                       requested,
                       last_command,
                       recall,
                       not_before,
                       progress,
                       trips,
                       attempt,
                       outcome,
                       result,
                       started_at,
                       ended_at,
                       deleted_at,
                       created_at,
                       updated_at,
                       created_by,
                       version))

bool is_final(MissionStatus status);
// Running and paused missions occupy their vehicle, and one of which a command is on its way to it.
bool occupies_vehicle(const Mission& mission);
// The earliest moment at which it may start: the later of scheduled_start and not_before.
std::optional<Time> earliest_start(const Mission& mission);
// Its place in its vehicle's queue while it waits to start by itself (start_policy auto, ready, with a vehicle): the
// smaller goes first. Microseconds since 1970 of when it began to wait, less ten minutes for each step of priority: so
// the higher priority goes first, then the older, and whoever waits long enough overtakes.
std::optional<std::int64_t> start_rank(const Mission& mission);
// The vehicle has it, or may have it: it runs or is paused, or a command is on its way.
bool may_be_with_vehicle(const Mission& mission);
// The vehicle that has not answered a recall.
std::optional<std::string> recalled_vehicle(const Mission& mission);
// The timers that this state asks for: schedule, backoff, deadline, timeout, command_timeout.
std::vector<lanes::Timer> timers_of(const Mission& mission);
// It completes by itself on its last task or trip, that one is done, and it still runs: only finish dependencies can
// hold it.
bool awaits_finish(const Mission& mission);
bool have_ended(const std::optional<TripTally>& trips);
// What it completes with by itself: partial when trips of it failed.
MissionOutcome outcome_of(const Mission& mission);
// The weighted mean of the tasks' progress, without tasks the share of trips that were completed; 0 to 1.
double progress_of(const Mission& mission);

}  // namespace mms::missions
