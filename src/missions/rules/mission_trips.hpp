// What trips ask of their mission: to count them.
#pragma once

#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_rules.hpp"

namespace mms::missions {

inline constexpr const char* kNoTripCompleted = "no_trip_completed";

// Events of a mission whose trips changed by so many. With the last of them it completes, if it asked for that
// (complete_on_last_trip); where none was completed this attempt fails.
Events decide_trips(const Mission& mission, const TripTally& change, const Edges& edges, Time now);

// A follow-up of what changed a trip. It refuses only what is not there.
CommandPtr count_trips(MissionId id, TripTally change);

}  // namespace mms::missions
