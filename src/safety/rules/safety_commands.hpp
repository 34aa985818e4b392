// The commands on safety events as the lane sees them.
#pragma once

#include <memory>
#include <string>

#include "access/rules/scope.hpp"
#include "lanes/rules/command.hpp"
#include "safety/rules/mission_link.hpp"
#include "safety/rules/safety_rules.hpp"
#include "safety/rules/trip_link.hpp"

namespace mms::safety {

// What the caller's scope is asked about. Lifetime: that of the event.
access::Target target_of(const SafetyEvent& event);

using CommandPtr = std::unique_ptr<lanes::Command>;

// Who chose the id: then `body_hash` tells a repeat from a clash.
struct ChosenId {
  SafetyEventId id;
  bool by_client = false;
  std::string body_hash;
};
// What an event may be about. Lifetime: static.
struct Subjects {
  const MissionLink& missions;
  const TripLink* trips = nullptr;  // null: nobody knows trips; an event that names one is refused
};
// In the same transaction the mission that it is about pauses or fails, as the event's action says.
// Refuses: forbidden, invalid_fields (a mission, trip or vehicle of another fleet), already_exists.
CommandPtr raise_safety_event(RaiseSafetyEvent input, ChosenId id, Origin origin, Subjects subjects);
// Refuse: not_found, forbidden, version_conflict, wrong_state.
CommandPtr acknowledge_safety_event(SafetyEventId id, AcknowledgeSafetyEvent input);
CommandPtr resolve_safety_event(SafetyEventId id, ResolveSafetyEvent input);
// The monitor's. One that begins anew pauses or fails the mission again, as the event's action says.
CommandPtr see_safety_event_again(SafetyEventId id, SeeSafetyEventAgain input, const MissionLink& missions);
CommandPtr clear_safety_event(SafetyEventId id, ClearSafetyEvent input);

}  // namespace mms::safety
