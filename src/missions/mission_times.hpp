// How long missions took, told when a batch is durable.
#pragma once

#include <functional>
#include <memory>

#include "lanes/part.hpp"
#include "missions/rules/mission.hpp"

namespace mms::missions {

// Threads: the lane's.
struct MissionTimes {
  // A mission that had started ended with this status.
  std::function<void(MissionStatus ended, vocabulary::Duration took)> executed;
  // A mission with dependencies started: how long they had held it.
  std::function<void(vocabulary::Duration took)> resolved;
};

// Reads and writes nothing of its own; the parts of missions and dependencies must have been made before it.
// Lifetime: `times` outlives it.
std::unique_ptr<lanes::Part> mission_times_part(lanes::WorkingSet& set, const MissionTimes& times);

}  // namespace mms::missions
