// What safety asks of missions without knowing them: functions that the service hands in.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lanes/rules/command.hpp"
#include "vocabulary/ids.hpp"

namespace mms::safety {

// All look at the working set alone. Lifetime: static. Threads: the lane's.
struct MissionLink {
  struct Found {
    std::string fleet_id;
    std::optional<std::string> vehicle_id;
  };
  void (*need)(lanes::WorkingSet& set, const vocabulary::MissionId& id);
  // Nothing when there is none, or it was deleted. It must have been needed before.
  std::optional<Found> (*find)(lanes::WorkingSet& set, const vocabulary::MissionId& id);
  void (*need_vehicle)(lanes::WorkingSet& set, const std::string& vehicle_id);
  // The mission that occupies the vehicle.
  std::optional<vocabulary::MissionId> (*mission_in)(lanes::WorkingSet& set, const std::string& vehicle_id);
  // Follow-ups; they do nothing to a mission that is not under way.
  std::unique_ptr<lanes::Command> (*pause)(const vocabulary::MissionId& id, std::string reason);
  std::unique_ptr<lanes::Command> (*fail)(const vocabulary::MissionId& id, std::string reason);
};

}  // namespace mms::safety
