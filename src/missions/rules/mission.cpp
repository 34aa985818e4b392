// What follows from a mission's state alone.
#include "missions/rules/mission.hpp"

#include <algorithm>

namespace mms::missions {

bool is_final(MissionStatus status) {
  return status == MissionStatus::completed || status == MissionStatus::failed || status == MissionStatus::cancelled;
}

bool occupies_vehicle(const Mission& mission) {
  return mission.vehicle_id && may_be_with_vehicle(mission);
}

bool may_be_with_vehicle(const Mission& mission) {
  return mission.status == MissionStatus::running || mission.status == MissionStatus::paused || mission.requested;
}

std::optional<std::string> recalled_vehicle(const Mission& mission) {
  if (!mission.recall || mission.recall->answered_at) return std::nullopt;
  return mission.recall->vehicle_id;
}

std::optional<Time> earliest_start(const Mission& mission) {
  if (!mission.scheduled_start) return mission.not_before;
  if (!mission.not_before) return mission.scheduled_start;
  return std::max(*mission.scheduled_start, *mission.not_before);
}

std::optional<std::int64_t> start_rank(const Mission& mission) {
  constexpr vocabulary::Duration kStepOfPriority = std::chrono::minutes(10);
  if (mission.deleted_at || mission.start_policy != StartPolicy::auto_ || mission.status != MissionStatus::ready ||
      !mission.vehicle_id || mission.requested) {
    return std::nullopt;
  }
  const auto since = std::max(mission.created_at, mission.scheduled_start.value_or(mission.created_at));
  return (since.time_since_epoch() - static_cast<int>(mission.priority) * kStepOfPriority).count();
}

std::vector<lanes::Timer> timers_of(const Mission& mission) {
  std::vector<lanes::Timer> timers;
  const auto add = [&](const char* kind, Time due) {
    timers.push_back(
        {.stream = "mission", .stream_id = mission.id.uuid, .kind = kind, .attempt = mission.attempt, .due_at = due});
  };
  if (mission.deleted_at) return timers;
  const bool waiting = mission.status == MissionStatus::pending || mission.status == MissionStatus::ready;
  const bool under_way = mission.status == MissionStatus::running || mission.status == MissionStatus::paused;
  if (mission.status == MissionStatus::pending && mission.scheduled_start && !mission.not_before) {
    add("schedule", *mission.scheduled_start);
  }
  if (mission.status == MissionStatus::pending && mission.not_before) add("backoff", *earliest_start(mission));
  if (waiting && mission.deadline && !mission.started_at) add("deadline", *mission.deadline);
  if (mission.requested) add("command_timeout", mission.requested->expires_at);
  if (awaits_finish(mission) && mission.not_before) add("backoff", *mission.not_before);
  if (under_way && mission.timeout_s && mission.started_at) {
    add("timeout", *mission.started_at + vocabulary::seconds(*mission.timeout_s));
  }
  return timers;
}

bool awaits_finish(const Mission& mission) {
  if (mission.status != MissionStatus::running) return false;
  if (mission.complete_on_last_trip) return have_ended(mission.trips) && mission.trips->completed > 0;
  if (!mission.complete_on_last_task || mission.tasks.empty()) return false;
  return std::ranges::all_of(mission.tasks, [](const Task& t) {
    return t.status == TaskStatus::succeeded || t.status == TaskStatus::skipped;
  });
}

bool have_ended(const std::optional<TripTally>& trips) {
  return trips && trips->total > 0 && trips->ended == trips->total;
}

MissionOutcome outcome_of(const Mission& mission) {
  const bool in_part =
      mission.complete_on_last_trip && mission.trips && mission.trips->completed < mission.trips->total;
  return in_part ? MissionOutcome::partial : MissionOutcome::success;
}

double progress_of(const Mission& mission) {
  if (mission.tasks.empty()) {
    if (!mission.trips || mission.trips->total == 0) return 0;
    return static_cast<double>(mission.trips->completed) / mission.trips->total;
  }
  double weights = 0;
  double done = 0;
  for (const auto& task : mission.tasks) {
    weights += task.weight;
    done += task.weight * task.progress;
  }
  return weights > 0 ? done / weights : 0;
}

}  // namespace mms::missions
