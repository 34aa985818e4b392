// The commands on what a vehicle was asked, as the lane sees them; an acknowledgment's is in acknowledgment.hpp.
#pragma once

#include <string>

#include "missions/rules/mission_commands.hpp"
#include "safety/rules/safety_event.hpp"
#include "vehicles/rules/mission_link.hpp"

namespace mms::missions {

// Safety wants it paused: see decide_safety_pause. Only the service sends it.
CommandPtr pause_for_safety(MissionId id, std::string reason);
// The safety event of what a vehicle did not do: a command that timed out, a mission that it dropped. Null for every
// other event. `version` is the event's own.
CommandPtr alarm_of(const Mission& mission, const MissionEvent& event, std::int64_t version, Time at);

// What the room vehicles is handed: see vehicles/rules/mission_link.hpp.
const vehicles::MissionLink& vehicle_link();

}  // namespace mms::missions
