// Decisions on what a mission is: making one, changing it, assigning it, reporting its tasks.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "missions/rules/mission_rules.hpp"
#include "missions/rules/vehicle_control.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using vocabulary::FieldError;
using vocabulary::Problem;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

std::unexpected<Problem> with_errors(ProblemKind kind, std::string detail, std::vector<FieldError> errors) {
  auto refusal = refuse(kind, std::move(detail));
  refusal.error().errors = std::move(errors);
  return refusal;
}

std::vector<Task> tasks_from(const std::vector<TaskInput>& inputs) {
  std::vector<Task> tasks;
  for (const auto& input : inputs) {
    Task task;
    task.key = input.key;
    task.type = input.type;
    task.parameters = input.parameters;
    task.weight = input.weight.value;
    if (input.timeout_s) task.timeout_s = input.timeout_s->value;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

Retry retry_from(const RetryInput& input) {
  return {.max_attempts = input.max_attempts.value,
          .backoff_s = input.backoff_s.value,
          .backoff_factor = input.backoff_factor.value,
          .max_backoff_s = input.max_backoff_s.value};
}

// What no single field shows.
void check_together(const Mission& mission, std::vector<FieldError>& errors) {
  std::set<std::string_view> keys;
  for (std::size_t i = 0; i < mission.tasks.size(); ++i) {
    if (keys.insert(mission.tasks[i].key).second) continue;
    errors.push_back({fmt::format("/tasks/{}/key", i), "not_unique", "another task of this mission has the same key"});
  }
  if (mission.complete_on_last_task && mission.tasks.empty()) {
    errors.push_back({"/complete_on_last_task", "no_tasks", "a mission without tasks has no last task"});
  }
  if (mission.complete_on_last_trip && !mission.tasks.empty()) {
    errors.push_back({"/complete_on_last_trip", "not_together", "a mission with tasks completes by its tasks"});
  }
  if (mission.command_timeout_s && mission.control == Control::direct) {
    errors.push_back({"/command_timeout_s", "not_together", "command_timeout_s needs control: vehicle"});
  }
  if (mission.deadline && mission.scheduled_start && *mission.deadline <= *mission.scheduled_start) {
    errors.push_back({"/deadline", "before_start", "must be after scheduled_start"});
  }
}

// A mission whose start is on its way is no longer what it was sent as.
bool is_frozen(const Mission& mission, std::string_view field) {
  constexpr std::array<std::string_view, 8> kUnderWay{
      "name", "priority", "labels", "deadline", "timeout_s", "on_dependency_failure", "tasks", "command_timeout_s"};
  const bool is_sent = !is_final(mission.status) && may_be_with_vehicle(mission);
  switch (is_sent ? MissionStatus::running : mission.status) {
    case MissionStatus::pending:
    case MissionStatus::ready:
      return false;
    case MissionStatus::running:
    case MissionStatus::paused:
      return std::ranges::find(kUnderWay, field) == kUnderWay.end();
    default:
      return field != "labels";
  }
}

template <class T>
bool is_given(const Change<T>& change) {
  return change.present;
}
template <class T>
bool is_given(const Replace<T>& change) {
  return change.value.has_value();
}

// Tasks that have begun keep their place and their form; those that have not may be replaced, removed or added.
Result<std::vector<Task>> merged_tasks(const Mission& mission, const std::vector<TaskInput>& inputs) {
  auto tasks = tasks_from(inputs);
  std::vector<FieldError> errors;
  for (const auto& old : mission.tasks) {
    if (old.status == TaskStatus::pending) continue;
    const auto at = std::ranges::find(tasks, old.key, &Task::key);
    if (at == tasks.end()) {
      errors.push_back({"/tasks", "field_frozen", fmt::format("task \"{}\" has begun and must stay", old.key)});
    } else {
      *at = old;
    }
  }
  if (!errors.empty()) return with_errors(ProblemKind::field_frozen, "tasks that have begun cannot be changed", errors);
  return tasks;
}

template <class T, class U>
void apply(const Change<T>& change, std::optional<U>& field) {
  if (!change.present) return;
  field.reset();
  if (change.value) field = U(*change.value);
}
template <class T, class U>
void apply(const Replace<T>& change, U& field) {
  if (change.value) field = U(*change.value);
}

// The whole new state; what really changed is worked out from it.
Result<Mission> changed(const Mission& mission, const UpdateMission& c, std::vector<FieldError>& errors) {
  Mission after = mission;
  apply(c.vehicle_id, after.vehicle_id);
  apply(c.name, after.name);
  apply(c.type, after.type);
  apply(c.priority, after.priority);
  apply(c.unordered, after.unordered);
  apply(c.complete_on_last_task, after.complete_on_last_task);
  if (const auto& asked = c.complete_on_last_trip.value) {
    after.complete_on_last_trip = *asked ? std::optional(true) : std::nullopt;
  }
  apply(c.on_dependency_failure, after.on_dependency_failure);
  apply(c.start_policy, after.start_policy);
  if (c.command_timeout_s.present) {
    after.command_timeout_s.reset();
    if (c.command_timeout_s.value) after.command_timeout_s = c.command_timeout_s.value->value;
  }
  apply(c.scheduled_start, after.scheduled_start);
  apply(c.deadline, after.deadline);
  if (c.parameters.present) after.parameters = c.parameters.value.value_or(Raw{"{}"});
  if (c.labels.present) after.labels = c.labels.value.value_or(std::map<std::string, std::string>{});
  if (c.timeout_s.present) {
    after.timeout_s.reset();
    if (c.timeout_s.value) after.timeout_s = c.timeout_s.value->value;
  }
  if (c.retry.present) after.retry = c.retry.value ? retry_from(*c.retry.value) : Retry{};
  if (const auto& asked = c.safety_requirements.value) {
    after.safety_requirements = safety::requirements_from(*asked, "/safety_requirements", errors);
  }
  if (c.tasks.value) {
    TRY(tasks, merged_tasks(mission, *c.tasks.value));
    after.tasks = std::move(tasks);
    after.progress = progress_of(after);
  }
  return after;
}

// The stored fields that differ, as JSON; null for those that are gone.
std::string difference(const Mission& before, const Mission& after) {
  json::ObjectText changes;
  std::map<std::string_view, std::string> old;
  vocabulary::for_each_member(before, [&](std::string_view name, const auto& member) {
    if (json::is_absent(member)) return;
    json::append_present(old[name], member);
  });
  vocabulary::for_each_member(after, [&](std::string_view name, const auto& member) {
    std::string text;
    if (!json::is_absent(member)) json::append_present(text, member);
    const auto at = old.find(name);
    if ((at == old.end() ? std::string() : at->second) == text) return;
    changes.add_raw(name, text.empty() ? "null" : text);
  });
  return changes.text();
}

std::vector<std::string> allowed_now(const Mission& mission) {
  std::vector<std::string> allowed;
  for (const auto name : allowed_commands(mission)) allowed.emplace_back(name);
  return allowed;
}

std::unexpected<Problem> vehicle_busy(const std::string& vehicle_id, const Occupant& occupant) {
  return refuse(
      ProblemKind::vehicle_busy, fmt::format("vehicle {} is occupied by mission \"{}\"", vehicle_id, occupant.name),
      json::ObjectText()
          .add("vehicle_id", vehicle_id)
          .add_raw("occupied_by", json::ObjectText().add("mission_id", occupant.id).add("name", occupant.name).text())
          .members());
}

}  // namespace

Result<Mission> make_mission(const CreateMission& input, MissionId id, const std::string& caller, Time now) {
  Mission m;
  m.id = id;
  m.fleet_id = input.fleet_id;
  if (input.vehicle_id) m.vehicle_id = *input.vehicle_id;
  if (input.name) m.name = *input.name;
  m.type = input.type ? std::string(*input.type) : "custom";
  m.priority = input.priority;
  m.parameters = input.parameters.empty() ? Raw{"{}"} : input.parameters;
  m.tasks = tasks_from(input.tasks);
  m.unordered = input.unordered;
  m.complete_on_last_task = input.complete_on_last_task;
  if (input.complete_on_last_trip) m.complete_on_last_trip = true;
  std::vector<FieldError> errors;
  m.safety_requirements = safety::requirements_from(input.safety_requirements, "/safety_requirements", errors);
  m.labels = input.labels;
  m.start_policy = input.start_policy;
  m.scheduled_start = input.scheduled_start;
  m.deadline = input.deadline;
  if (input.timeout_s) m.timeout_s = input.timeout_s->value;
  if (input.retry) m.retry = retry_from(*input.retry);
  m.on_dependency_failure = input.on_dependency_failure;
  m.control = input.control;
  if (input.command_timeout_s) m.command_timeout_s = input.command_timeout_s->value;
  m.status = m.scheduled_start && *m.scheduled_start > now ? MissionStatus::pending : MissionStatus::ready;
  m.created_at = m.updated_at = now;
  m.created_by = caller;
  m.version = 1;
  check_together(m, errors);
  if (m.deadline && *m.deadline <= now) errors.push_back({"/deadline", "in_the_past", "must be in the future"});
  if (!errors.empty()) return with_errors(ProblemKind::invalid_fields, "some fields do not fit together", errors);
  return m;
}

Result<Events> decide(const Mission& mission, const AssignMission& command, const std::optional<Occupant>& occupant) {
  using enum MissionStatus;
  if (mission.requested) return refuse_requested(mission, "be assigned");
  if (mission.status == paused && mission.control == Control::vehicle) {
    return refuse_state(mission, "a paused mission stays with the vehicle that has it; cancel or fail it first");
  }
  if (mission.status != pending && mission.status != ready && mission.status != paused) {
    return refuse_state(mission, fmt::format("a {} mission cannot be assigned", vocabulary::name_of(mission.status)));
  }
  if (mission.status == paused && occupant) return vehicle_busy(command.vehicle_id, *occupant);
  if (mission.vehicle_id == command.vehicle_id) return Events{};
  return Events{MissionAssigned{command.vehicle_id}};
}

Result<Events> decide(const Mission& mission,
                      const UpdateMission& command,
                      const std::optional<Occupant>& occupant_of_new_vehicle,
                      Time now) {
  (void)occupant_of_new_vehicle;  // vehicle_id is frozen in every state that occupies a vehicle
  std::vector<FieldError> frozen;
  vocabulary::for_each_member(command, [&](std::string_view name, const auto& change) {
    if (!is_given(change) || !is_frozen(mission, name)) return;
    frozen.push_back({fmt::format("/{}", name), "field_frozen",
                      fmt::format("cannot be changed while the mission is {}", vocabulary::name_of(mission.status))});
  });
  if (!frozen.empty()) {
    auto refusal = with_errors(ProblemKind::field_frozen, "some fields cannot be changed in this state", frozen);
    refusal.error().members = json::ObjectText().add("state", mission.status).members();
    return refusal;
  }
  std::vector<FieldError> errors;
  TRY(after, changed(mission, command, errors));
  check_together(after, errors);
  if (command.deadline.value && *command.deadline.value <= now) {
    errors.push_back({"/deadline", "in_the_past", "must be in the future"});
  }
  if (!errors.empty()) return with_errors(ProblemKind::invalid_fields, "some fields do not fit together", errors);
  // A new schedule may send a ready mission back, or make a pending one ready.
  const auto earliest = earliest_start(after);
  const bool held = earliest && *earliest > now;
  if (after.status == MissionStatus::ready && held) after.status = MissionStatus::pending;
  const auto changes = difference(mission, after);
  if (changes == "{}") return Events{};
  Events events{MissionUpdated{Raw{changes}}};
  if (after.status == MissionStatus::pending && !held) events.emplace_back(MissionBecameReady{});
  return events;
}

Result<Events> decide(
    const Mission& mission, const std::string& key, const ReportTask& command, const Edges& edges, Time now) {
  const auto task = std::ranges::find(mission.tasks, key, &Task::key);
  if (task == mission.tasks.end()) return refuse(ProblemKind::not_found, "this mission has no task with that key");
  // Whoever reports a task has started: no answer is needed for that.
  if (auto events = confirm_start(mission, command.recorded_at.value_or(now)); !events.empty()) {
    const auto started = evolve(mission, events.front(), mission.version + 1, now);
    TRY(more, decide(started, key, command, edges, now));
    std::ranges::move(more, std::back_inserter(events));
    return events;
  }
  if (mission.status != MissionStatus::running && mission.status != MissionStatus::paused) {
    return refuse_state(mission,
                        fmt::format("tasks of a {} mission cannot be reported", vocabulary::name_of(mission.status)));
  }
  const bool ended = task->status == TaskStatus::succeeded || task->status == TaskStatus::skipped ||
                     task->status == TaskStatus::failed;
  // A report that comes twice, or late, changes nothing.
  if (ended) return Events{};
  if (command.status == TaskStatus::pending) {
    return with_errors(ProblemKind::invalid_fields, "a report says what has happened",
                       {{"/status", "not_one_of", "must be running, succeeded, failed or skipped"}});
  }
  if (!mission.unordered) {
    for (auto before = mission.tasks.begin(); before != task; ++before) {
      if (before->status == TaskStatus::succeeded || before->status == TaskStatus::skipped) continue;
      return refuse(ProblemKind::wrong_state,
                    fmt::format("task \"{}\" comes first; tasks of this mission are done in order", before->key),
                    json::ObjectText()
                        .add("state", mission.status)
                        .add("allowed", allowed_now(mission))
                        .add("task", before->key)
                        .add("task_status", before->status)
                        .members());
    }
  }
  MissionTaskReported report{.key = key,
                             .status = command.status,
                             .progress = std::nullopt,
                             .message = command.message,
                             .recorded_at = command.recorded_at.value_or(now)};
  if (command.progress) report.progress = std::max(command.progress->value, task->progress);
  Events events{report};
  const bool last = std::ranges::all_of(mission.tasks, [&](const Task& t) {
    return t.key == key || t.status == TaskStatus::succeeded || t.status == TaskStatus::skipped;
  });
  const bool done = command.status == TaskStatus::succeeded || command.status == TaskStatus::skipped;
  if (mission.complete_on_last_task && last && done && mission.status == MissionStatus::running) {
    if (holding_finish(edges).empty()) {
      events.emplace_back(MissionCompleted{MissionOutcome::success, {}, false});
    } else {
      events.emplace_back(MissionAwaitsFinish{});
    }
  }
  return events;
}

}  // namespace mms::missions
