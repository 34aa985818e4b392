// For tests of the rules: missions in every state, and a time at which things happen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "missions/rules/mission_rules.hpp"

namespace mms::missions {

inline constexpr Time kNow{std::chrono::seconds(1'790'000'000)};

inline Task task_of(std::string key, TaskStatus status = TaskStatus::pending) {
  Task task;
  task.key = std::move(key);
  task.type = TaskType::custom;
  task.status = status;
  return task;
}

// As it would be after an ordinary life: assigned to a vehicle, one task, no attempts left.
inline Mission mission_in(MissionStatus status) {
  Mission m;
  m.id = {vocabulary::make_uuid_v7(kNow, 7, 7)};
  m.fleet_id = "quarry";
  m.vehicle_id = "truck-1";
  m.name = "haul";
  m.type = "custom";
  m.parameters = Raw{"{}"};
  m.tasks = {task_of("load")};
  m.status = status;
  m.created_at = m.updated_at = kNow - std::chrono::hours(1);
  m.created_by = "planner";
  m.version = 3;
  // Its schedule has come, and the timer that says so has not fired yet.
  if (status == MissionStatus::pending) m.scheduled_start = kNow - std::chrono::seconds(1);
  const bool began = status == MissionStatus::running || status == MissionStatus::paused || is_final(status);
  if (began) m.started_at = kNow - std::chrono::minutes(10);
  if (is_final(status)) m.ended_at = kNow - std::chrono::minutes(1);
  return m;
}

inline constexpr MissionStatus kEveryStatus[] = {
    MissionStatus::pending,   MissionStatus::ready,  MissionStatus::running,  MissionStatus::paused,
    MissionStatus::completed, MissionStatus::failed, MissionStatus::cancelled};

inline Mission evolve_all(Mission mission, const Events& events, Time at = kNow) {
  for (const auto& event : events) {
    const auto version = mission.version + 1;
    const auto when = std::max(at, mission.updated_at + vocabulary::Duration(1));
    mission = evolve(std::move(mission), event, version, when);
  }
  return mission;
}

// "running mission.started": the state after, and what was recorded; or the refusal's name.
inline std::string outcome_of(const Mission& mission, const Result<Events>& decided) {
  if (!decided) return std::string(vocabulary::name_of(decided.error().kind));
  std::string text(vocabulary::name_of(evolve_all(mission, *decided).status));
  for (const auto& event : *decided) text += ' ' + std::string(type_of(event));
  return text;
}

}  // namespace mms::missions
